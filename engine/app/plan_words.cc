#include "engine/app/plan_words.h"

#include "dsl/translate/translate.h"

namespace journey::app {

plan::Plan in_readers_language(plan::Plan plan) {
    const translate::Language language = translate::language_of_environment();
    for (plan::Remark& remark : plan.remarks) {
        remark.says = translate::sentence(remark.says, language).value_or(remark.says);
        remark.help = translate::sentence(remark.help, language).value_or(remark.help);
    }
    return plan;
}

std::string remark_text(const plan::Remark& remark) {
    if (translate::language_of_environment() == translate::Language::english)
        return plan::text_of(remark);
    return plan::text_of(remark, {"错误", "警告", "建议："});
}

}  // namespace journey::app
