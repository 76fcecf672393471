#include "dsl/translate/table.h"

#include <array>

namespace journey::translate {
namespace {

constexpr std::array kSentences = std::to_array<Sentence>({
    {"A `{}` has no `{}`; it knows: {}.", "`{}` 里没有 `{}`；它认识：{}。"},
    {"A block of steps is a list of `- ` lines, and this is a map.",
     "步骤块是以 `- ` 开头的列表，这里却是一个映射。"},
    {"{} is one value, and this is a list.", "{}只取一个值，这里却是列表。"},
    {"A journey file has no `{}`; it knows: {}.", "旅程文件里没有 `{}`；它认识：{}。"},
    {"A step begins with what it does, and `{}` is not one of: {}.",
     "步骤以它要做的事开头，而 `{}` 不在其中：{}。"},
    {"An alias repeats a piece of the file that may stand far away.",
     "别名会重复文件里别处的一段，读的人看不见。"},
    {"In journeys \"not\" is a word.", "在旅程里，“非”写作单词 not。"},
    {"Journeys say their types in `profile` and `events`.",
     "旅程的类型写在 `profile` 和 `events` 里。"},
    {"Line {} is indented with a tab; YAML needs spaces.", "第 {} 行用制表符缩进；YAML 需要空格。"},
    {"Put this in quotes, because it contains `: `.", "把它放进引号，因为里面有 `: `。"},
    {"YAML gives a value that starts with `{}` a meaning of its own.",
     "以 `{}` 开头的值在 YAML 里另有含义。"},
    {"YAML ignores everything after ` #`.", "YAML 会忽略 ` #` 之后的一切。"},
    {"YAML reads a value that starts with `!` as a tag, so this condition arrived empty.",
     "YAML 把以 `!` 开头的值当作标签，所以这个条件变成了空的。"},
    {"YAML reads a value that starts with `&` as a mark for copying.",
     "YAML 把以 `&` 开头的值当作复制用的记号。"},
    {"YAML reads a value that starts with `{` as a map, so this text arrived as something else.",
     "YAML 把以 `{` 开头的值当作映射，所以这段文本变成了别的东西。"},
    {"`{}` has no meaning here.", "`{}` 在这里没有意义。"},
    {"`{}` is not used here.", "这里不用 `{}`。"},
    {"`---` starts a second document, which would be ignored.",
     "`---` 开始了第二份文档，它会被忽略。"},
    {"`{}` appears twice here; YAML would silently drop one.",
     "`{}` 在这里出现了两次；YAML 会悄悄丢掉一个。"},
    {"if it belongs to the value, put the value in quotes; if it is a comment, write `# ` with a "
     "blank",
     "如果它属于值，把值放进引号；如果是注释，写成带空格的 `# `"},
    {"keep one of them, or give the steps their own `- `",
     "只留一个，或者让每个步骤各有自己的 `- `"},
    {"make it a `segment` and name that", "把它做成 `segment`，再写它的名字"},
    {"make it a `segment` and name that; if it is text, put it in quotes",
     "把它做成 `segment`，再写它的名字；如果是文本，放进引号"},
    {"put it in quotes: \"{{ … }}\"", "放进引号：\"{{ … }}\""},
    {"put it into a file of its own", "把它放进单独的文件"},
    {"put the value in quotes", "把值放进引号"},
    {"remove it; if it is text, put it in quotes", "删掉它；如果是文本，放进引号"},
    {"write the lines out, or make a `segment`", "把这些行写出来，或者做成 `segment`"},
    {"write two spaces.", "写两个空格。"},
});

}  // namespace

std::span<const Sentence> chinese_yaml() {
    return kSentences;
}

}  // namespace journey::translate
