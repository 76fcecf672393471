#include "engine/storage/disk/disk.h"

namespace journey::storage::disk {

namespace {

using Kind = Operation::Kind;

constexpr std::size_t kSector = 512;

void perform(const Operation& operation, Content& on) {
    if (operation.kind == Kind::write) on.write(operation.offset, operation.bytes);
    if (operation.kind == Kind::truncate) on.truncate(operation.offset);
}

void perform_torn(const Operation& operation, double kept, Rng& rng, Content& on) {
    const std::string_view bytes = operation.bytes;
    for (std::size_t done = 0; done < bytes.size();) {
        const std::uint64_t at = operation.offset + done;
        const std::size_t part = std::min<std::size_t>(kSector - at % kSector, bytes.size() - done);
        if (rng.chance(kept)) on.write(at, bytes.substr(done, part));
        done += part;
    }
}

}  // namespace

std::string_view name_of(Damage damage) {
    switch (damage) {
        case Damage::none_kept:
            return "none kept";
        case Damage::some_kept:
            return "some kept";
        case Damage::torn:
            return "torn";
        case Damage::all_kept:
            return "all kept";
    }
    return "";
}

Platter::Platter(const Image& image) {
    NodeId node = 0;
    for (const auto& [name, content] : image) {
        names_[name] = ++node;
        nodes_[node].safe = content;
    }
}

void Platter::apply(const Operation& operation) {
    switch (operation.kind) {
        case Kind::write:
        case Kind::truncate:
            nodes_[operation.node].waiting.push_back(operation);
            return;
        case Kind::sync: {
            Node& node = nodes_[operation.node];
            for (const Operation& one : std::exchange(node.waiting, {}))
                perform(one, node.safe);
            return;
        }
        case Kind::failed_sync: {
            // The pages are called clean afterwards, and nobody writes them again.
            Rng rng(operation.chance);
            Node& node = nodes_[operation.node];
            for (const Operation& one : std::exchange(node.waiting, {})) {
                if (one.kind == Kind::truncate && rng.chance(0.5)) perform(one, node.safe);
                perform_torn(one, 0.5, rng, node.safe);
            }
            return;
        }
        case Kind::create:
        case Kind::remove:
            nodes_.try_emplace(operation.node);
            waiting_names_.push_back(operation);
            return;
        case Kind::sync_names:
            for (const Operation& one : std::exchange(waiting_names_, {})) {
                if (one.kind == Kind::create) {
                    names_[one.name] = one.node;
                } else {
                    names_.erase(one.name);
                    nodes_.erase(one.node);
                }
            }
            return;
    }
}

bool Platter::all_safe() const {
    return waiting_names_.empty() &&
           std::all_of(nodes_.begin(), nodes_.end(),
                       [](const auto& node) { return node.second.waiting.empty(); });
}

Image Platter::image(Damage damage, Rng& rng) const {
    const double kept = damage == Damage::none_kept  ? 0
                        : damage == Damage::all_kept ? 1
                        : rng.chance(0.5)            ? 0.5
                                                     : 0.9;
    std::map<std::string, NodeId> names = names_;
    for (const Operation& one : waiting_names_) {
        if (!rng.chance(kept)) continue;
        if (one.kind == Kind::create) {
            names[one.name] = one.node;
        } else {
            names.erase(one.name);
        }
    }
    Image image;
    for (const auto& [name, id] : names) {
        const Node& node = nodes_.at(id);
        Content& content = image[name] = node.safe;
        for (const Operation& one : node.waiting) {
            if (damage == Damage::torn && one.kind == Kind::write) {
                perform_torn(one, kept, rng, content);
            } else if (rng.chance(kept)) {
                perform(one, content);
            }
        }
    }
    return image;
}

}  // namespace journey::storage::disk
