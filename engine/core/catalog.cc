// Catalog bytes:
//   "JCAT" version:u8=3 programs:varint { bytes:text at:varint } paused:varint { journey:text }
//          winners:varint { journey:text version:varint experiment:text arm:text }
//          learned:varint { subject:text at:instant counts:varint { name:text of:varint came:varint } }
// Version 1 had no winners, version 2 nothing learned.
// Names are not stored: linking the programs again in their order gives every name the number it
// had.
#include "engine/core/catalog.h"

namespace journey::core {
namespace {

constexpr std::string_view kMagic = "JCAT";
constexpr std::uint8_t kVersion = 3;
constexpr std::size_t kProgramsMax = 0xfffe;

Result<void> add_program(Catalog& catalog, std::string_view bytes, model::LogPosition at) {
    if (catalog.programs.size() >= kProgramsMax) {
        return error(ErrorCode::refused,
                     "The catalog holds 65,534 programs already; start a new store.");
    }
    TRY(auto program, ir::decode(bytes));
    auto owned = std::make_shared<const ir::Program>(std::move(program));
    catalog.programs.push_back(link(catalog, std::move(owned), Bytes(bytes), at));
    return success();
}

}  // namespace

CatalogPtr empty_catalog() {
    return std::make_shared<const Catalog>();
}

Result<CatalogPtr> publish(const CatalogPtr& before, std::string_view program_bytes,
                           model::LogPosition at) {
    const LinkedProgram* live = before->live();
    if (live != nullptr && live->bytes == program_bytes) return before;
    auto next = std::make_shared<Catalog>(*before);
    TRY(add_program(*next, program_bytes, at));
    return CatalogPtr(std::move(next));
}

CatalogPtr set_paused(const CatalogPtr& before, const std::string& journey, bool paused) {
    if (before->stopped(journey) == paused) return before;
    auto next = std::make_shared<Catalog>(*before);
    if (paused) {
        next->paused.insert(journey);
    } else {
        next->paused.erase(journey);
    }
    return next;
}

CatalogPtr set_decided(const CatalogPtr& before, const model::Decide& decide) {
    const TrialKey key{decide.journey, decide.version, decide.experiment};
    if (before->decided(key) != nullptr) return before;
    auto next = std::make_shared<Catalog>(*before);
    next->winners.emplace(key, decide.arm);
    return next;
}

CatalogPtr set_learned(const CatalogPtr& before, const model::Learned& learned, Instant at) {
    auto next = std::make_shared<Catalog>(*before);
    next->learned[learned.subject] = {at, learned.counts};
    return next;
}

std::shared_ptr<const ir::Program> live_program(const CatalogPtr& catalog) {
    const LinkedProgram* live = catalog->live();
    return live == nullptr ? nullptr : live->program;
}

std::string live_hash(const CatalogPtr& catalog) {
    const LinkedProgram* live = catalog->live();
    return live == nullptr ? std::string() : live->hash;
}

bool is_paused(const CatalogPtr& catalog, std::string_view journey) {
    return catalog->stopped(journey);
}

Bytes encode_catalog(const CatalogPtr& catalog) {
    ByteWriter out;
    out.raw(kMagic);
    out.u8(kVersion);
    out.varint(catalog->programs.size());
    for (const auto& program : catalog->programs) {
        out.text(program->bytes);
        out.varint(program->at);
    }
    out.varint(catalog->paused.size());
    for (const std::string& journey : catalog->paused)
        out.text(journey);
    out.varint(catalog->winners.size());
    for (const auto& [key, arm] : catalog->winners) {
        out.text(key.journey);
        out.varint(key.version);
        out.text(key.experiment);
        out.text(arm);
    }
    out.varint(catalog->learned.size());
    for (const auto& [subject, learnt] : catalog->learned) {
        out.text(subject);
        out.instant(learnt.at);
        out.varint(learnt.counts.size());
        for (const model::Learned::Count& count : learnt.counts) {
            out.text(count.name);
            out.varint(count.of);
            out.varint(count.came);
        }
    }
    return out.take();
}

Result<CatalogPtr> decode_catalog(std::string_view bytes) {
    if (bytes.empty()) return empty_catalog();
    ByteReader in(bytes);
    const bool ours = in.raw(kMagic.size()) == kMagic;
    const std::uint8_t version = in.u8();
    if (!ours || version == 0 || version > kVersion) {
        return error(ErrorCode::invalid,
                     "The stored catalog is not one this journeyd can read; restore a backup or "
                     "use the version that "
                     "wrote it.");
    }
    auto catalog = std::make_shared<Catalog>();
    const std::size_t programs = in.count();
    for (std::size_t i = 0; i < programs && in.ok(); ++i) {
        const std::string_view program = in.text_view();
        const model::LogPosition at = in.varint();
        if (!in.ok()) break;
        TRY(add_program(*catalog, program, at));
    }
    const std::size_t paused = in.count();
    for (std::size_t i = 0; i < paused && in.ok(); ++i)
        catalog->paused.insert(in.text());
    const std::size_t winners = version < 2 ? 0 : in.count();
    for (std::size_t i = 0; i < winners && in.ok(); ++i) {
        TrialKey key;
        key.journey = in.text();
        key.version = static_cast<std::uint32_t>(in.varint());
        key.experiment = in.text();
        catalog->winners[std::move(key)] = in.text();
    }
    const std::size_t learned = version < 3 ? 0 : in.count();
    for (std::size_t i = 0; i < learned && in.ok(); ++i) {
        Learnt& learnt = catalog->learned[in.text()];
        learnt.at = in.instant();
        const std::size_t counts = in.count();
        for (std::size_t j = 0; j < counts && in.ok(); ++j) {
            model::Learned::Count& count = learnt.counts.emplace_back();
            count.name = in.text();
            count.of = in.varint();
            count.came = in.varint();
        }
    }
    if (!in.ok() || !in.at_end()) {
        return error(ErrorCode::invalid,
                     "The stored catalog ends in the middle; restore a backup.");
    }
    return CatalogPtr(std::move(catalog));
}

}  // namespace journey::core
