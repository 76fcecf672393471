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
});

}  // namespace

std::span<const Sentence> chinese_refusals() {
    return kSentences;
}

}  // namespace journey::translate
