#include "connectors/declared/declared.h"

#include <array>
#include <fmt/format.h>

namespace journey::connectors::declared {
namespace {

struct Shipped {
    std::string_view name;
    std::string_view text;
};
constexpr auto kShipped = std::to_array<Shipped>({
#include "connectors/declared/providers.inc"
});

}  // namespace

std::vector<std::string> shipped_names() {
    std::vector<std::string> out;
    for (const Shipped& one : kShipped)
        out.emplace_back(one.name);
    return out;
}

Result<ProviderPtr> shipped_provider(std::string_view name) {
    for (const Shipped& one : kShipped) {
        if (one.name == name)
            return read_provider(std::string(one.text), std::string(name) + ".yaml");
    }
    const auto names = shipped_names();
    const auto near = did_you_mean(name, names);
    return error(ErrorCode::not_found,
                 near.empty() ? fmt::format("no provider that ships is called `{}`", name)
                              : fmt::format("no provider that ships is called `{}`; did you mean "
                                            "`{}`?",
                                            name, near.front()));
}

}  // namespace journey::connectors::declared
