#pragma once
// A folder of its own for one test.

#include <filesystem>
#include <stdlib.h>
#include <string>

namespace journey::test {

class Folder {
  public:
    explicit Folder(const std::string& below = "/tmp") {
        std::string name = below + "/journey-test-XXXXXX";
        path_ = ::mkdtemp(name.data()) == nullptr ? "" : name;
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    const std::string& path() const { return path_; }
    std::string operator/(const std::string& name) const { return path_ + "/" + name; }

  private:
    std::string path_;
};

}  // namespace journey::test
