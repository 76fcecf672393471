// declared_reader: a call a line on standard input, as JSON; what the provider's reader made of it a
// line on standard output.

#include "connectors/declared/declared.h"

#include <fmt/format.h>
#include <iostream>

namespace {

using namespace journey;              // NOLINT(google-build-using-namespace): a program of one file
using namespace journey::connectors;  // NOLINT(google-build-using-namespace)

std::string text_at(const Record& record, std::string_view name) {
    const Value* found = find(record, name);
    const auto* text = found == nullptr ? nullptr : found->as<std::string>();
    return text == nullptr ? "" : *text;
}

std::vector<std::pair<std::string, std::string>> texts_at(const Record& record,
                                                          std::string_view name) {
    std::vector<std::pair<std::string, std::string>> out;
    const Value* found = find(record, name);
    const Record* fields = found == nullptr ? nullptr : found->as<Record>();
    if (fields == nullptr) return out;
    for (const NamedValue& one : *fields)
        out.emplace_back(one.name, text_at(*fields, one.name));
    return out;
}

std::string told(const Record& call) {
    auto provider = declared::shipped_provider(text_at(call, "provider"));
    ENSURE(provider, "the provider ships");
    declared::Use use;
    for (const auto& [name, value] : texts_at(call, "settings"))
        use.settings[name] = value;
    const auto reader = declared::make_reader(provider.value(), use);
    ENSURE(reader && reader.value(), "the provider reports");
    const auto headers = texts_at(call, "headers");
    const std::string body = text_at(call, "body");
    const std::string path = text_at(call, "path");
    const std::string now = text_at(call, "now");
    InboundCall inbound;
    inbound.method = "POST";
    inbound.path = path;
    inbound.body = body;
    inbound.headers = &headers;
    inbound.public_url = "https://hello.shop.example";
    inbound.now = parse_instant(now).value();
    const auto answer = reader.value()->read(inbound);
    if (!answer) return std::string(name_of(answer.error().code));
    std::string out = "read";
    for (const InboundReport& report : answer.value().reports)
        out += fmt::format(" {}:{}", report.token,
                           report.receipt ? model::name_of(report.receipt->kind) : "nothing");
    return out;
}

}  // namespace

int main() {
    for (std::string line; std::getline(std::cin, line);) {
        const auto call = value_from_json(line);
        ENSURE(call && call.value().as<Record>(), "a line is a call");
        fmt::print("{}\n", told(*call.value().as<Record>()));
    }
    return 0;
}
