#include "dsl/translate/table.h"

#include <array>

namespace journey::translate {
namespace {

constexpr std::array kSentences = std::to_array<Sentence>({
    {"{} characters will be sent as {} texts ({} fit in one).",
     "{} 个字符会分成 {} 条短信发出（一条装 {} 个）。"},
    {"A holdout with no goal measures nothing.", "没有目标的对照组什么也测量不了。"},
    {"A message by {} cannot be {}; this would wait in vain.", "{}消息不会有“{}”；这里会白等。"},
    {"By the time this wait ends, the journey is already over.",
     "等到这里结束时，旅程早已结束了。"},
    {"Its channels do not report that.", "它用的渠道不会报告这件事。"},
    {"Nobody fits, so nothing behind it can happen.", "没有人符合，所以后面的都不会发生。"},
    {"Nothing stops this from being the tenth message today.",
     "没有什么能阻止它成为今天的第十条消息。"},
    {"Nothing uses the {} `{}`.", "没有人用到{} `{}`。"},
    {"People in the holdout of `{}` get no message, and nobody learns what that cost.",
     "`{}` 的对照组收不到消息，却没人知道代价是多少。"},
    {"Texts at 3 in the morning are a complaint, and in some countries a fine.",
     "凌晨三点的短信会招来投诉，在有些国家还会罚款。"},
    {"The 1 send after line {} can never happen.", "第 {} 行之后的 1 次发送永远不会发生。"},
    {"The {} sends after line {} can never happen.", "第 {1} 行之后的 {0} 次发送永远不会发生。"},
    {"The goal `{}` waits for `{}`, and nothing this journey sends can be {}.",
     "目标 `{}` 等的是 `{}`，而这个旅程发送的消息都不会有“{}”。"},
    {"They can be:  {}", "它们可以有：  {}"},
    {"This journey sends marketing by {} and has no quiet hours.",
     "这个旅程用{}发送营销消息，却没有免打扰时段。"},
    {"This part excludes an earlier one.", "这一部分与前面的互相排斥。"},
    {"This {} message can never be sent.", "这条{}消息永远发不出去。"},
    {"`quiet {}` holds it from {} to {}, and it is thrown away at {}.",
     "`quiet {}` 从 {} 到 {} 扣住它，而到 {} 它就作废了。"},
    {"People get here at {}, so there is no minute in which it may go out.",
     "人们在 {} 走到这里，所以没有一分钟可以发出。"},
    {"`{}` can never be true.", "`{}` 永远不成立。"},
    {"`{}` is always true.", "`{}` 永远成立。"},
    {"`{}` has no frequency policy.", "`{}` 没有频次策略。"},
    {"`{}` has no test.", "`{}` 没有测试。"},
    {"A winner by `{}` cannot be found here: `{}` does not report it.",
     "这里无法按 `{}` 决出胜者：`{}` 不报告它。"},
    {"leave it out, or say it openly: `{}` in the webhook, and `{}` here",
     "不要发送，或者公开写明：网络回调里写 `{}`，这里写 `{}`"},
    {"did you mean `or`?", "你是想写 `or` 吗？"},
    {"everyone leaves here", "所有人在这里离开"},
    {"let it be valid longer, wait until another hour, or say `then skip`",
     "让它有效更久、等到别的钟点，或者写 `then skip`"},
    {"let the journey live longer, or wait less", "让旅程活得更久，或者少等一些"},
    {"sent here, by {}", "在这里用{}发送"},
    {"the shortest path reaches this line after {}, so it ends after {}",
     "最短的路 {} 后走到这里，所以 {} 后结束"},
});

}  // namespace

std::span<const Sentence> chinese_lints() {
    return kSentences;
}

}  // namespace journey::translate
