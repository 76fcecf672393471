#include "dsl/translate/table.h"

#include <array>

namespace journey::translate {
namespace {

constexpr std::array kSentences = std::to_array<Sentence>({
    {"A date is a whole day on the calendar; which moment lies {} away from it depends on the hour "
     "the day is counted from.",
     "日期是日历上的一整天；离它 {} 是哪个时刻，取决于从几点算起。"},
    {"A list of events needs a limit, at most 100.", "事件列表需要上限，最多 100。"},
    {"After `in` I need a list, and this is {}.", "`in` 后面要跟列表，而这是{}。"},
    {"I can only order numbers, money and time, and this is {}.",
     "只有数字、金额和时间能比大小，而这是{}。"},
    {"I can only sum numbers, durations and money, and `{}` is {}.",
     "只能对数字、时长和金额求和，而 `{}` 是{}。"},
    {"I cannot add {} and {}.", "{}和{}不能相加。"},
    {"I cannot compare {} with {}.", "{}和{}不能比较。"},
    {"I cannot put {} and {} together.", "{} 和 {} 不能放在一起。"},
    {"I cannot tell whether {} is more than {}.", "我说不出 {} 是否比 {} 长。"},
    {"I know the hour but not the place: {} where?",
     "我知道几点，但不知道是哪里：{} 是哪里的时间？"},
    {"On the night the clocks change a day has 23 or 25 hours.",
     "换夏令时的那天，一天有 23 或 25 小时。"},
    {"Should events with no {} count? I will not guess, because either answer surprises somebody.",
     "没有 {} 的事件算不算？我不替你猜，因为无论哪种都会让人意外。"},
    {"Should people with no {} get this? I will not guess, because either answer surprises "
     "somebody.",
     "没有 {} 的人要不要收到？我不替你猜，因为无论哪种都会让人意外。"},
    {"This asks about `{}` without saying since when.", "这里问 `{}`，却没说从什么时候算起。"},
    {"This comes out larger than any number I can hold.", "结果超出了我能容纳的最大数字。"},
    {"This divides by zero.", "这里除以了零。"},
    {"This is {}, and `{}` is {}.", "这是{}，而 `{}` 是{}。"},
    {"This is text, and `{}` is a date.", "这是文本，而 `{}` 是日期。"},
    {"This window ends before it begins, so nothing can be inside.",
     "这个时间范围还没开始就结束了，里面不可能有东西。"},
    {"Yesterday and ten years ago are both the past; people mean one of these:",
     "昨天和十年前都是过去；大家通常指其中之一："},
    {"`{}` is a number, and I need a yes or no.", "`{}` 是数字，而这里需要“是”或“否”。"},
    {"`{}` is {}, and I need a yes or no.", "`{}` 是{}，而这里需要“是”或“否”。"},
    {"`{}` is a segment, a group of people.", "`{}` 是人群，一组人。"},
    {"`{}` is a moment, and a wait needs a length of time.", "`{}` 是时刻，而等待需要一段时长。"},
    {"`{}` is {}, and a wait needs a length of time.", "`{}` 是{}，而等待需要一段时长。"},
    {"`{}` is a date, and a date has no hours.", "`{}` 是日期，日期没有钟点。"},
    {"`{}` may be missing, and this asks for \"not\".", "`{}` 可能为空，而这里问的是“不是”。"},
    {"`{}` may be missing, and `{}` cannot do without it.", "`{}` 可能为空，而 `{}` 少不了它。"},
    {"`{}` may be missing, and `{}` cannot do without `{}`.",
     "`{}` 可能为空，而 `{}` 少不了 `{}`。"},
    {"`{}` may be missing, and then nobody knows how long to wait.",
     "`{}` 可能为空，那就没人知道要等多久。"},
    {"`{}` may come in any currency, and yuan and dollars cannot be added.",
     "`{}` 可能是任何货币，而人民币和美元不能相加。"},
    {"`{}` asks about whole events, not about one property of them.",
     "`{}` 问的是整个事件，而不是它的某个属性。"},
    {"`{}` needs a property of `{}`, like `{}`.", "`{}` 需要 `{}` 的一个属性，例如 `{}`。"},
    {"`{}` is one of {}; \"{}\" can never match.", "`{}` 只能是 {} 之一；\"{}\" 永远不会匹配。"},
    {"`{}` is one of {}; \"{}\" is not among them.", "`{}` 只能是 {} 之一；\"{}\" 不在其中。"},
    {"`{}` is not a type I know.", "我不认识类型 `{}`。"},
    {"`{}` is no time at all.", "`{}` 根本没有时长。"},
    {"`wait {}`: {} what?", "`wait {}`：{} 什么单位？"},
    {"add `{}`.", "加上 `{}`。"},
    {"ask first: `{}`", "先问一句：`{}`"},
    {"convert before sending the event", "在发送事件之前先换算"},
    {"count whole days and say the hour: `{}`", "按整天数，再说几点：`{}`"},
    {"declare it as `money CNY` in the event", "在事件里把它声明为 `money CNY`"},
    {"did you mean `{}`?", "你是想写 `{}` 吗？"},
    {"for example `{}`", "例如 `{}`"},
    {"make the property `required` in its event, or add `default …`",
     "在事件里把这个属性标为 `required`，或者加 `default …`"},
    {"texts are joined with `concat(…, …)`", "文本用 `concat(…, …)` 连接"},
    {"this counts hours", "这里数的是小时"},
    {"this is {}", "这是{}"},
    {"to count different values: `{}`", "要数不同的值：`{}`"},
    {"to include them:  {}", "要包括他们：  {}"},
    {"to leave them out: {}", "要排除他们： {}"},
    {"to wait for a moment: `{}`", "要等到某个时刻：`{}`"},
    {"turn the moment into a date with `date_of(…)`", "用 `date_of(…)` 把时刻变成日期"},
    {"types are  {}  list of …  map of …  or an event's name",
     "类型有  {}  list of …  map of …  或者事件的名字"},
    {"write the earlier moment first", "把较早的时刻写在前面"},
    {"No time at all is too short here.", "这里的时长不能为零。"},
});

}  // namespace

std::span<const Sentence> chinese_types() {
    return kSentences;
}

}  // namespace journey::translate
