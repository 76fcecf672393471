// The page that shows every construct, in both languages: examples are the same, the words around
// them stand side by side.

#include "dsl/dsl.h"
#include "dsl/reference_words.h"
#include "dsl/syntax/syntax.h"
#include "dsl/translate/translate.h"

namespace journey::dsl {
namespace {

struct Said {
    std::string_view english;
    std::string_view chinese;
    std::string_view in(ReferenceIn language) const {
        return language == ReferenceIn::english ? english : chinese;
    }
};

constexpr Said kIntroduction = {
    "# Everything the language has\n\n"
    "[中文](README.zh.md)\n\n"
    "Each line is an example that is right where it stands; `…` stands for more lines. The same "
    "words are\nthe keys of YAML. [Writing journeys](../guide) explains them. This page is what "
    "`journey explain language`\nprints; a test keeps the two the same.\n",
    "# 语言的全部内容\n\n"
    "[English](README.md)\n\n"
    "每一行都是一个例子，放在所说的地方就是对的；`…` 表示还有别的行。YAML 用同样的词作键。"
    "[编写旅程](../guide/README.zh.md)一文有详细解释。这一页就是 `journey explain language` "
    "显示的内容，由测试保证两者一致。\n"};
constexpr Said kPlace = {"## In {}", "## {}"};
constexpr Said kValues = {"## Values and conditions", "## 值与条件"};
constexpr Said kWhat = {"| what | how |", "| 什么 | 写法 |"};
constexpr Said kFunctions = {"## Functions", "## 函数"};
constexpr Said kFunction = {"| function | of |", "| 函数 | 用于 |"};
constexpr Said kWordsHeading = {"", "## 词汇"};
constexpr Said kWordsRow = {"", "| 词 | 意思 |"};

struct Row {
    Said what;
    std::string_view how;
    std::string_view how_in_chinese = "";  // where the examples alone do not say it
};
constexpr Row kRows[] = {
    {{"text, numbers, shares", "文本、数字、比例"},
     R"(`"Li"`, `3`, `2.5`, `10%`, `true`, `false`)"},
    {{"money", "金额"}, "`CNY 199`, `EUR 0.50`"},
    {{"lengths of time", "时长"},
     "`90s`, `15 minutes`, `4h`, `2 days`, `3 weeks`, `1 month`, `1h30m`"},
    {{"dates, times, moments, zones", "日期、钟点、时刻、时区"},
     R"(`2026-03-02`, `08:30`, `2026-03-02 08:30 in "Asia/Shanghai"`, `"Europe/Berlin"`)"},
    {{"whose clock (waits, `valid until`)", "按谁的钟（等待、`valid until`）"},
     R"(`10:00 local`, `10:00 in "Europe/Berlin"`, `10:00 in trigger.hotel_zone`)"},
    {{"the person, the trigger, this moment", "此人、触发事件、进入的时刻、此刻"},
     "`user.tier`, `trigger.sku`, `entry`, `now`"},
    {{"comparing", "比较"},
     R"(`is`, `is not`, `>`, `>=`, `<`, `<=`, `between 1 and 5`, `in ["a", "b"]`, `not in ["a"]`)"},
    {{"text", "文本"}, R"(`contains "x"`, `not contains "x"`, `starts with "x"`, `ends with "x"`)"},
    {{"missing", "缺失"},
     "`is missing`, `is present`, `is blank` (missing, or text of nothing but blanks), "
     "`user.tier default \"free\"`",
     "`is missing`, `is present`, `is blank`（缺失，或只有空白的文本）, "
     "`user.tier default \"free\"`"},
    {{"joining", "连接"}, "`and`, `or`, `not`, `( … )`"},
    {{"reckoning", "计算"}, "`+`, `-`, `*`, `/`"},
    {{"history", "历史"},
     "`did(order_paid within 30 days)`, `count(order_paid ever)`, `sum(order_paid.total since "
     "entry)`, `avg`, `min`, `max`, `first`, `last`, `count(distinct product_viewed.sku within 7 "
     "days)`, `list(product_viewed within 7 days limit 10)`, `time since last(order_paid)`"},
    {{"only some events", "只算某些事件"},
     R"(`count(order_paid where total >= CNY 500 within 1y)`, )"
     R"(`last(product_viewed where category is "shoes" ever).sku`)"},
    {{"belonging", "属于人群"}, "`user in vips`"},
};

std::optional<std::string> told(std::string_view english) {
    return translate::sentence(english, translate::Language::chinese);
}

std::string words(std::string_view english, ReferenceIn language) {
    if (language == ReferenceIn::english) return std::string(english);
    std::string chinese = told(english).value_or(std::string(english));
    if (chinese.starts_with(' ')) chinese.erase(0, 1);
    return chinese;
}

std::string table(const Said& heading, const Said& columns, ReferenceIn language) {
    return "\n" + std::string(heading.in(language)) + "\n\n" + std::string(columns.in(language)) +
           "\n| --- | --- |\n";
}

std::string place_heading(std::string_view place, ReferenceIn language) {
    std::string heading(kPlace.in(language));
    heading.replace(heading.find("{}"), 2, words(place, language));
    return heading;
}

}  // namespace

std::string reference(ReferenceIn language) {
    std::string out(kIntroduction.in(language));
    std::string_view place;
    bool apart = false;  // an example of several lines stands apart from its neighbours
    for (const syntax::Shown& shown : syntax::examples()) {
        const bool several = shown.examples.find('\n') != std::string_view::npos;
        if (shown.place != place) {
            out += place.empty() ? "" : "```\n";
            out += "\n" + place_heading(shown.place, language) + "\n\n```journey-lines\n";
        } else if (several || apart) {
            out += "\n";
        }
        place = shown.place;
        apart = several;
        out += std::string(shown.examples) + "\n";
    }
    out += "```\n";
    out += table(kValues, kWhat, language);
    for (const Row& row : kRows) {
        const bool own = language == ReferenceIn::chinese && !row.how_in_chinese.empty();
        out += "| " + std::string(row.what.in(language)) + " | " +
               std::string(own ? row.how_in_chinese : row.how) + " |\n";
    }
    out += table(kFunctions, kFunction, language);
    for (const sema::ShownFunction& function : sema::shown_functions())
        out += "| `" + std::string(function.example) + "` | " + words(function.wants, language) +
               " |\n";
    if (language == ReferenceIn::english) return out;
    out += table(kWordsHeading, kWordsRow, language);
    for (const ReferenceWord& word : reference_words())
        out += "| `" + std::string(word.word) + "` | " + std::string(word.chinese) + " |\n";
    return out;
}

std::vector<std::string> untold_in_chinese() {
    std::vector<std::string> all;
    for (const syntax::Shown& shown : syntax::examples()) {
        if (!told(shown.place)) all.emplace_back(shown.place);
    }
    for (const sema::ShownFunction& function : sema::shown_functions()) {
        if (!told(function.wants)) all.emplace_back(function.wants);
    }
    for (const Row& row : kRows) {
        if (row.what.chinese.empty()) all.emplace_back(row.what.english);
    }
    return all;
}

}  // namespace journey::dsl
