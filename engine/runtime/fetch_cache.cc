#include "engine/runtime/fetch_cache.h"

namespace journey::runtime {
namespace {

constexpr std::size_t kBytesMost = 16u << 20;
constexpr std::size_t kAnswersMost = 10'000;

std::string name_of(std::string_view fetch, std::string_view url) {
    return std::string(fetch).append(1, ' ').append(url);
}

}  // namespace

const std::string* FetchCache::find(std::string_view fetch, std::string_view url,
                                    Instant now) const {
    const auto found = known_.find(name_of(fetch, url));
    return found == known_.end() || found->second.until <= now ? nullptr : &found->second.answer;
}

void FetchCache::put(std::string_view fetch, std::string_view url, std::string answer,
                     Instant until) {
    std::string name = name_of(fetch, url);
    const auto size_of = [](const std::string& key, const Known& one) {
        return key.size() + one.answer.size();
    };
    Known& one = known_[name];
    if (one.number != 0) bytes_ -= size_of(name, one);
    one = {std::move(answer), until, ++puts_};
    bytes_ += size_of(name, one);
    order_.emplace_back(std::move(name), puts_);
    // An answer that came anew stands in the order twice; its first place says nothing any more.
    while (bytes_ > kBytesMost || order_.size() > kAnswersMost) {
        const auto found = known_.find(order_.front().first);
        if (found != known_.end() && found->second.number == order_.front().second) {
            bytes_ -= size_of(found->first, found->second);
            known_.erase(found);
        }
        order_.pop_front();
    }
}

}  // namespace journey::runtime
