#include "dsl/translate/spoken.h"

#include <array>

namespace journey::translate {
namespace {

// Why a command or an editor's wish could not be done, and what the engine writes down.
constexpr std::array kSentences = std::to_array<Sentence>({
    {"declare one with `{}`", "声明一个：`{}`"},
    {"{} in {}, quiet from {} to {}", "{1} 时间 {0}，免打扰时段 {2} 至 {3}"},
    {"There is no name of this project here.", "这里没有项目里的名称。"},
    {"`{}` is built in; its name cannot be changed.", "`{}` 是语言自带的，不能改名。"},
    {"`{}` cannot be a name: names are letters, digits and `_`, and do not begin with a digit.",
     "`{}` 不能作名称：名称由字母、数字和 `_` 组成，不能以数字开头。"},
    {"There is a {} called `{}` already.", "已经有名为 `{1}` 的{0}。"},
    {"{} names it too, and I only change journey files.",
     "{} 也用到这个名称，而这里只改旅程文件。"},
    {"`{}` in {} line {} also means the one of `{}`.",
     "{1} 第 {2} 行的 `{0}` 也指 `{3}` 的那一个。"},
    {"`{}` is written differently in {}.", "`{}` 在 {} 里的写法不同。"},
    {"I cannot write {}; nothing was changed", "无法写入 {}；什么也没有改"},
    {"I cannot write {}: {}", "无法写入 {}：{}"},
    {"I cannot write {}", "无法写入 {}"},
    {"I cannot read {}", "无法读取 {}"},
    {"there is no file or folder {}", "没有 {} 这个文件或文件夹"},
    {"I cannot look into {}: {}", "无法查看 {}：{}"},
    {"{} is neither a file of text nor a folder", "{} 既不是文本文件，也不是文件夹"},
    {"{} itself holds no .journey or .journey.yaml file; {} lies in a folder below, and a folder "
     "is "
     "a project of its own",
     "{} 里没有 .journey 或 .journey.yaml 文件；{} 在下级文件夹里，而每个文件夹自成一个项目"},
    {"{} holds no .journey or .journey.yaml file", "{} 里没有 .journey 或 .journey.yaml 文件"},
    {"the project declares no consent `{}`", "项目没有声明许可 `{}`"},
    {"the project declares no channel `{}`", "项目没有声明渠道 `{}`"},
    {"`--cost {}` is no price; write it like `sms=0.05`",
     "`--cost {}` 不是价格；请写成 `sms=0.05` 这样"},
    {"{} makes events `{}`, which the project does not declare",
     "{} 会产生事件 `{}`，而项目没有声明它"},
    {"{} holds no event this mapping can make", "按这个映射，{} 里没有一行能变成事件"},
    {"say what to convert to: --to yaml or --to journey",
     "请说明换成哪一种：--to yaml 或 --to journey"},
    {"I wrote something I cannot read back, so nothing was kept; please report this file",
     "写出的内容自己读不回来，所以没有保留；请把这个文件报告给我们"},
    {"`--retire {}` says no rule; write `--retire NAME=finish` or `--retire NAME=stop`",
     "`--retire {}` 没有说明规则；请写 `--retire 名称=finish` 或 `--retire 名称=stop`"},
    {"{} is not the data of the daemon at {}: another program is live there",
     "{} 不是 {} 上服务进程的数据：那里生效的是另一个程序"},
    {"the world moved: since {} was made another program became live, so it would change something "
     "else than it says; nothing was applied. Make the plan again with `journey plan`",
     "情况变了：生成 {} 之后，另一个程序生效了，它要改的已不是上面说的内容；没有生效。请用 "
     "`journey "
     "plan` 重新生成计划"},
    {"there is no admin token in {}/keys: give --data DIRECTORY, --token TOKEN or "
     "JOURNEY_ADMIN_TOKEN",
     "{}/keys 里没有管理令牌：请给出 --data、--token 或 JOURNEY_ADMIN_TOKEN"},
    {"there is no journey `{}` here; did you mean {}", "这里没有旅程 `{}`；您是想说 {} 吗"},
    {"there is no journey `{}` here; there are {}", "这里没有旅程 `{}`；有 {}"},
    {"name one journey, or say --all", "请给出一个旅程的名称，或加上 --all"},
    {"`--answers {}` is no share; write a number from 0 to 1, like `0.9` or `mint_coupon=0.9`",
     "`--answers {}` 不是比例；请写 0 到 1 之间的数，例如 `0.9` 或 `mint_coupon=0.9`"},
    {"the project declares no webhook `{}`", "项目没有声明网络服务 `{}`"},
    {"`--start {}` is no beginning; write a day like `2026-03-02`, or a moment like "
     "`2026-03-02T09:00:00Z`",
     "`--start {}` 不能作起点；请写日期，例如 `2026-03-02`，或时刻，例如 `2026-03-02T09:00:00Z`"},
    {"the project declares no event `{}`", "项目没有声明事件 `{}`"},
    {"the project declares no event `{}`; did you mean `{}`?",
     "项目没有声明事件 `{}`；您是想写 `{}` 吗？"},
    {"`--rate {}` is no rate; write it like `signed_up=0.1/day` (hour, day, week or month)",
     "`--rate {}` 不是频率；请写成 `signed_up=0.1/day` 这样（hour、day、week 或 month）"},
    {"write a rate like `0.1/day` (hour, day, week or month)",
     "频率请写成 `0.1/day` 这样（hour、day、week 或 month）"},
    {"write what follows like `0.15 in 10m` (s, m, h or d)",
     "之后发生的事请写成 `0.15 in 10m` 这样（s、m、h 或 d）"},
    {"together, what follows is more than certain", "之后发生的事，概率合计超过了 1"},
    // What the engine notes about a message or a call.
    {"{} of {} messages in {}", "{2} 内已有 {0} 条消息，上限 {1} 条"},
    {"{} of {} messages today", "今天已有 {} 条消息，上限 {} 条"},
    {"{} of {} messages this week", "本周已有 {} 条消息，上限 {} 条"},
    {"{} of {} messages this month", "本月已有 {} 条消息，上限 {} 条"},
    {"{} of {} messages this year", "今年已有 {} 条消息，上限 {} 条"},
    {"{} of {} {} in {}", "{2}在 {3} 内已有 {0} 条，上限 {1} 条"},
    {"{} of {} {} today", "{2}今天已有 {0} 条，上限 {1} 条"},
    {"{} of {} {} this week", "{2}本周已有 {0} 条，上限 {1} 条"},
    {"{} of {} {} this month", "{2}本月已有 {0} 条，上限 {1} 条"},
    {"{} of {} {} this year", "{2}今年已有 {0} 条，上限 {1} 条"},
    {"valid until {}, now {}", "有效期至 {}，现在是 {}"},
    {"valid until {}, held until {} by quiet_hours", "有效期至 {}，因免打扰要推迟到 {}"},
    {"valid until {}, held until {} by quiet_hours ({})", "有效期至 {}，因免打扰要推迟到 {}（{}）"},
    {"valid until {}, held until {} by frequency", "有效期至 {}，因频次上限要推迟到 {}"},
    {"valid until {}, held until {} by frequency ({})", "有效期至 {}，因频次上限要推迟到 {}（{}）"},
    {"this journeyd was started without its webhooks", "服务进程启动时没有配置网络服务"},
    {"it refused", "对方拒绝了"},
    {"the answer is longer than 64 KiB", "答复超过 64 KiB"},
    {"the answer is not a JSON object", "答复不是 JSON 对象"},
    {"`{}` of the answer has the wrong type", "答复里的 `{}` 类型不对"},
    {"the answer has no `{}`", "答复里没有 `{}`"},
    {"the provider answered {} (redirect), which is never followed; set the connector's address to "
     "the final one",
     "服务商答复 {}（重定向），不会跟随；请把连接器的地址设为最终地址"},
    {"the provider refused our credentials ({})", "服务商不接受我们的凭据（{}）"},
    {"the provider had it already (409)", "服务商已经收到过（409）"},
    {"the provider asks us to slow down (429)", "服务商要求放慢速度（429）"},
    {"the provider refused the message ({})", "服务商拒收这条消息（{}）"},
    {"the provider failed ({})", "服务商出错（{}）"},
    {"the provider answered {} with something unreadable", "服务商答复 {}，内容无法读取"},
    {"template_failed: {}, line {}: {}", "模板出错：{} 第 {} 行：{}"},
    {"template_failed: {} did not render to JSON; use `| json` for values",
     "模板出错：{} 生成的不是 JSON；请给值加上 `| json`"},
    {"the daemon stopped between the claim and the answer", "服务进程在发出与答复之间停止了"},
});

}  // namespace

std::span<const Sentence> chinese_refusals() {
    return kSentences;
}

}  // namespace journey::translate
