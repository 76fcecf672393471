#include "dsl/translate/table.h"

#include <array>

namespace journey::translate {
namespace {

constexpr std::array kSentences = std::to_array<Sentence>({
    {"text", "文本"},
    {"a number", "数字"},
    {"a date", "日期"},
    {"a moment", "时刻"},
    {"a yes or no", "是或否"},
    {"a time of day", "钟点"},
    {"a time zone", "时区"},
    {"a length of time", "时长"},
    {"a date or a moment", "日期或时刻"},
    {"a list or text", "列表或文本"},
    {"two dates", "两个日期"},
    {"a tag", "标签"},
    {"a list", "列表"},
    {"a map", "映射"},
    {"a list of text", "文本列表"},
    {"a list of {}", "{}的列表"},
    {"an event", "事件"},
    {"money", "金额"},
    {"money ({})", "金额（{}）"},
    {"email", "邮件"},
    {"sms", "短信"},
    {"push", "推送"},
    {"webhook", "网络服务"},
    {"an email", "邮件"},
    {"a push", "推送"},
    {"an sms", "短信"},
    {"a webhook", "网络服务"},
    {"a channel", "渠道"},
    {"a consent group", "许可组"},
    {"a catalogue", "目录表"},
    {"a fetch", "取数"},
    {"fetch", "取数"},
    {"a frequency policy", "频次策略"},
    {"A frequency policy", "频次策略"},
    {"a quiet policy", "免打扰策略"},
    {"a journey", "旅程"},
    {"a segment", "人群"},
    {"a step", "步骤"},
    {"a template", "模板"},
    {"an experiment", "实验"},
    {"a channel and its template", "渠道和它的模板"},
    {"a sum of money", "金额"},
    {"a goal", "目标"},
    {"event", "事件"},
    {"segment", "人群"},
    {"template", "模板"},
    {"channel", "渠道"},
    {"journey", "旅程"},
    {"consent group", "许可组"},
    {"frequency policy", "频次策略"},
    {"quiet policy", "免打扰策略"},
    {"opened", "打开"},
    {"clicked", "点击"},
    {"delivered", "送达"},
    {"bounced", "退信"},
    {"replied", "回复"},
    {"{} days", "{} 天"},
    {"1 day", "1 天"},
});

}  // namespace

std::span<const Sentence> chinese_words() {
    return kSentences;
}

}  // namespace journey::translate
