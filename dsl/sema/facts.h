#pragma once
// What a condition says about one property at a time: enough to see that it can never hold, or that
// one question answers another. Sound, not complete: what it does not understand it leaves alone.

#include "dsl/sema/context.h"

#include <limits>

namespace journey::sema {

struct Interval {
    double least = -std::numeric_limits<double>::infinity();
    double most = std::numeric_limits<double>::infinity();
    bool least_open = false;
    bool most_open = false;

    bool empty() const;
    void narrow(const Interval& other);
    bool inside(const Interval& other) const;
};

/// One statement about one property (or about a count or another plain question, known by its
/// words).
struct Atom {
    enum class Says : unsigned char { missing, present, among, not_among, range, yes, no };
    Says says = Says::present;
    std::string about;
    std::set<std::string> texts;  // among, not_among
    Interval range;
    Span span;
    bool may_be_missing = false;
    std::vector<std::string> choices;  // of a `one of` property

    /// Is a person without the property certainly not meant?
    bool needs_it() const;
    /// True exactly when this is false, or nullopt when no one statement says so.
    std::optional<Atom> opposite() const;
};

/// Nullopt for what is not about one property.
std::optional<Atom> atom_of(const Context& cx, const Node& node);

/// A condition as ways to fulfil it, each a list of statements that hold together. Nullopt when any
/// part is not understood, or there are too many.
std::optional<std::vector<std::vector<Atom>>> ways_of(const Context& cx, const Node& node);

class Facts {
  public:
    /// The earlier statement that this one contradicts; nullopt when both may hold. A statement that
    /// contradicts itself answers with its own place.
    std::optional<Span> learn(const Atom& atom);
    bool implies(const Atom& atom) const;

  private:
    struct Known {
        bool missing = false;
        bool present = false;
        std::optional<bool> yes;
        std::optional<std::set<std::string>> only;
        std::set<std::string> never;
        Interval range;
        Span last;
    };
    static bool possible(const Known& known);
    std::map<std::string, Known> known_;
};

}  // namespace journey::sema
