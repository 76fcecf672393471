#pragma once

namespace journey {

/// The overload set for std::visit: Match{[](const Waiting&) {…}, [](const Done&) {…}}.
template <typename... Fs>
struct Match : Fs... {
    using Fs::operator()...;
};
template <typename... Fs>
Match(Fs...) -> Match<Fs...>;

}  // namespace journey
