#include "dsl/translate/table.h"

#include <array>

namespace journey::translate {
namespace {

constexpr std::array kSentences = std::to_array<Sentence>({
    {"A text stands in double quotes.", "文本要放在双引号里。"},
    {"A word processor wrote curly quotes; a text stands in `\"`.",
     "这是文字处理软件写的弯引号；文本要放在 `\"` 里。"},
    {"Dates are written `2026-05-20`: year, month, day, no quotes.",
     "日期写作 `2026-05-20`：年、月、日，不加引号。"},
    {"Dates are written `2026-05-20`: year, month, day.", "日期写作 `2026-05-20`：年、月、日。"},
    {"Everything down to the end of the file, {} lines, was swallowed by it.",
     "从这里到文件末尾的 {} 行都被它吞掉了。"},
    {"Inside a text in quotes they are welcome.", "放在引号里的文本中没有问题。"},
    {"The steps stand in braces: `do {` … `}`.", "步骤要放在大括号里：`do {` … `}`。"},
    {"There is no journey and no declaration in this file.", "这个文件里没有旅程，也没有声明。"},
    {"This `{}` is never closed.", "这个 `{}` 一直没有闭合。"},
    {"This file says `language {}`; I understand 1.", "这个文件写着 `language {}`；我只懂 1。"},
    {"This text starts with a double quote that is never closed.",
     "这段文本以双引号开头，却一直没有闭合。"},
    {"Units are `s m h d w mo y` right behind the number, or one word: `15 minutes`.",
     "单位是紧跟数字的 `s m h d w mo y`，或者一个单词：`15 minutes`。"},
    {"`{}` is written `{}`.", "`{}` 要写作 `{}`。"},
    {"`language 1` is the first line of a file.", "`language 1` 是文件的第一行。"},
    {"a journey begins with `journey welcome \"Welcome\" {`",
     "旅程以 `journey welcome \"Welcome\" {` 开头"},
    {"a list is written `[\"a\", \"b\"]`", "列表写作 `[\"a\", \"b\"]`"},
    {"a newer `journey` may understand it", "更新版本的 `journey` 也许懂"},
    {"write `\"` for all {} in this file.", "把本文件里全部 {} 处改成 `\"`。"},
    {"write `{}`", "写 `{}`"},
    {"write `{}`.", "写 `{}`。"},
    {"write \"{}\".", "写 \"{}\"。"},
    {"write '{}'.", "写 '{}'。"},
    {"write `{}` without quotes.", "写 `{}`，不加引号。"},
    {"write `{}` if you mean hours.", "如果指小时，写 `{}`。"},
});

}  // namespace

std::span<const Sentence> chinese_syntax() {
    return kSentences;
}

}  // namespace journey::translate
