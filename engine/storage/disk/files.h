#pragma once
// What Disk and its sqlite3_vfs know of each other. Private to the room.

#include "engine/storage/disk/disk.h"

namespace journey::storage::disk {

class Files {
  public:
    static std::unique_ptr<sqlite3_vfs> registered(Disk& disk);
    static void unregister(sqlite3_vfs& vfs);

    // For the functions of SQLite's interface, which are no members.
    static bool permits(Disk& disk, Access access, std::string_view name, std::uint64_t life,
                        Fault& fault) {
        return disk.permits(access, name, life, fault);
    }
    static void perform(Disk& disk, Operation operation) { disk.perform(std::move(operation)); }
    static NodeId open(Disk& disk, const std::string& name, bool create, bool& created) {
        return disk.open(name, create, created);
    }
    static bool exists(const Disk& disk, const std::string& name) {
        return disk.names_.contains(name);
    }
    static NodeId node_of(const Disk& disk, const std::string& name) {
        return disk.names_.at(name);
    }
    /// Null: the disk was changed under the handle.
    static const Content* content(const Disk& disk, NodeId node) {
        const auto found = disk.cache_.find(node);
        return found == disk.cache_.end() ? nullptr : &found->second;
    }
    static std::uint64_t life(const Disk& disk) { return disk.life_; }
    static bool lies_about(const Disk& disk, std::string_view name) {
        return disk.options_.lies_about && disk.options_.lies_about(name);
    }
};

}  // namespace journey::storage::disk
