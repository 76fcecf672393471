#include "engine/storage/disk/disk.h"

#include "engine/storage/disk/files.h"

#include <sqlite3.h>

namespace journey::storage::disk {

Disk::Disk(DiskOptions options) : options_(std::move(options)), rng_(options_.seed) {
    char name[40] = {};
    std::snprintf(name, sizeof name, "journey-disk-%p", static_cast<void*>(this));
    vfs_name_ = name;
    vfs_ = Files::registered(*this);
}

Disk::~Disk() {
    Files::unregister(*vfs_);
}

void Disk::kill() {
    ++life_;
    gone_ = false;
}

void Disk::cut_power(Damage damage, Rng& rng) {
    insert(platter_.image(damage, rng));
}

void Disk::insert(const Image& image) {
    kill();
    names_.clear();
    cache_.clear();
    operations_.clear();
    platter_ = Platter(image);
    last_node_ = 0;
    for (const auto& [name, content] : image) {
        names_[name] = ++last_node_;  // as Platter numbers them
        cache_[last_node_] = content;
    }
}

Image Disk::visible() const {
    Image image;
    for (const auto& [name, node] : names_)
        image[name] = cache_.at(node);
    return image;
}

void Disk::perform(Operation operation) {
    using enum Operation::Kind;
    switch (operation.kind) {
        case write:
            cache_[operation.node].write(operation.offset, operation.bytes);
            break;
        case truncate:
            cache_[operation.node].truncate(operation.offset);
            break;
        case create:
            names_[operation.name] = operation.node;
            cache_.try_emplace(operation.node);
            break;
        case remove:
            names_.erase(operation.name);
            break;
        case failed_sync:
            operation.chance = rng_.next();
            break;
        case sync:
        case sync_names:
            break;
    }
    platter_.apply(operation);
    if (options_.record) operations_.push_back(std::move(operation));
}

bool Disk::permits(Access access, std::string_view name, std::uint64_t life, Fault& fault) {
    fault = Fault::none;
    if (gone_ || life != life_) return false;
    if (options_.fault) fault = options_.fault(access, name);
    if (fault != Fault::none) ++faults_;
    gone_ = fault == Fault::gone;
    return !gone_;
}

NodeId Disk::open(const std::string& name, bool create, bool& created) {
    created = false;
    const auto found = names_.find(name);
    if (found != names_.end()) return found->second;
    if (!create) return 0;
    created = true;
    Operation operation{.kind = Operation::Kind::create, .node = ++last_node_, .name = name};
    perform(std::move(operation));
    return last_node_;
}

}  // namespace journey::storage::disk
