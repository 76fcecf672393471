// A program's bytes, as they come back from a store: refused, or a program that passes the verifier
// and is written as it was read. The checksum is made right, or nothing would get past it.

#include "dsl/dsl.h"
#include "engine/ir/ir.h"
#include "tests/fuzz/fuzz.h"

#include <fmt/format.h>

using namespace journey;

namespace {

constexpr std::size_t kChecksum = sizeof(Sha256);

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string bytes(data, data + size);
    bytes += view_of(sha256(bytes));
    const Result<ir::Program> read = ir::decode(bytes);
    if (!read) return 0;
    const std::string written = ir::encode(read.value());
    const Result<ir::Program> again = ir::decode(written);
    fuzz::require(again.has_value(), "what was written cannot be read");
    fuzz::require(ir::encode(again.value()) == written, "a program is not written as it was read");
    return 0;
}

std::vector<std::string> fuzz::seeds() {
    std::vector<std::string> all;
    for (const char* folder :
         {"workflows", "examples/01-first-journey", "examples/03-eight-journeys"}) {
        const std::vector<std::string> texts = files_in(folder, {".journey"});
        std::vector<dsl::SourceFile> files;
        for (std::size_t i = 0; i < texts.size(); ++i)
            files.push_back({fmt::format("{}.journey", i), texts[i]});
        if (const dsl::Compilation made = dsl::compile(std::move(files)); made.ok()) {
            Bytes bytes = ir::encode(*made.program);
            bytes.resize(bytes.size() - kChecksum);
            all.push_back(std::move(bytes));
        }
    }
    return all;
}

std::vector<std::string> fuzz::dictionary() {
    return {std::string(1, '\0'),
            std::string(4, '\0'),
            std::string(8, '\0'),
            "\xFF\xFF\xFF\xFF",
            "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F",
            "\x80",
            "\x01",
            "\x7F",
            "\x80\x80\x80\x80\x08"};
}
