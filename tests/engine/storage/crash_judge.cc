#include "tests/engine/storage/crash.h"

namespace journey::storage::crash {

namespace {

constexpr std::uint64_t kDeeperEvery = 64;

Error wrong(const std::string& sentence) {
    return error(ErrorCode::storage_failed, sentence);
}

std::string text(std::uint64_t number) {
    return std::to_string(number);
}

}  // namespace

Judge::Judge() = default;

void Judge::walk(const Story& story, const std::function<bool()>& go_on) {
    disk::Platter platter;
    std::set<std::size_t> answers;  // what is promised changes here, whatever the disk does
    for (const auto& append : story.appends)
        answers.insert(append.span.answered);
    for (const auto& state : story.states)
        answers.insert(state.span.answered);
    for (std::size_t operation = 0; operation <= story.operations.size(); ++operation) {
        bool became_safe = operation == 0 || answers.contains(operation);
        if (operation > 0) {
            const disk::Operation& last = story.operations[operation - 1];
            using enum disk::Operation::Kind;
            became_safe = became_safe || last.kind == sync || last.kind == sync_names;
            platter.apply(last);
        }
        for (const disk::Damage damage : disk::kEveryDamage) {
            // Nothing kept is the same disk until the next sync; and without anything to lose
            // all damages are the same.
            if (damage == disk::Damage::none_kept && !became_safe) continue;
            if (damage != disk::Damage::none_kept && platter.all_safe()) continue;
            if (!go_on() || found_.violations.size() > 5) return;
            check(story, operation, damage, platter);
        }
    }
}

bool Judge::look_at(const std::string& name) {
    std::uint64_t seed = 0;
    std::size_t operation = 0;
    unsigned damage = 0;
    if (std::sscanf(name.c_str(), "%lu:%zu:%u", &seed, &operation, &damage) != 3) return false;
    const Story story = tell(seed);
    if (operation > story.operations.size() || damage > 3) return false;
    disk::Platter platter;
    for (std::size_t i = 0; i < operation; ++i)
        platter.apply(story.operations[i]);
    check(story, operation, static_cast<disk::Damage>(damage), platter);
    return true;
}

void Judge::check(const Story& story, std::size_t operation, disk::Damage damage,
                  const disk::Platter& platter) {
    ++found_.images;
    Rng rng(hash64(text(operation), story.seed * 4 + static_cast<std::uint64_t>(damage)));
    const disk::Image image = platter.image(damage, rng);
    disk_.insert(image);
    Result<Store> opened = open();
    Result<void> judged = opened ? success() : Result<void>(opened.error());
    if (judged) {
        Store store = std::move(opened).value();
        judged = compare_log(story, operation, store);
        if (judged) judged = compare_state(story, operation, store);
        if (judged && rng.below(kDeeperEvery) == 0) {
            ++found_.looked_deeper;
            judged = rows(story, operation, disk_.visible());
            if (judged) judged = continue_and_crash(store, rng);
        }
        disk_.stop();
    }
    disk_.stop();
    opened = wrong("closed");
    if (judged) return;
    found_.violations.push_back("image " + text(story.seed) + ":" + text(operation) + ":" +
                                text(static_cast<std::uint64_t>(damage)) + " (" +
                                std::string(name_of(damage)) + "): " + judged.error().detail);
}

Result<Store> Judge::open() {
    sqlite::StoreOptions options;
    options.vfs = disk_.vfs();
    return sqlite::open_store(kDirectory, options, Logger::silent());
}

/// I1: what was answered is there, whole, without gaps; a group came whole or not at all; nothing
/// nobody wrote.
Result<void> Judge::compare_log(const Story& story, std::size_t operation, Store& store) {
    model::LogPosition answered = 0;
    model::LogPosition begun = 0;
    for (const Story::Append& append : story.appends) {
        if (append.span.answered <= operation) answered = append.end;
        if (append.span.begun <= operation) begun = append.end;
    }
    const model::LogPosition end = store.log->end();
    if (end != answered && end != begun) {
        return wrong("the log ends at " + text(end) + ", answered was " + text(answered) +
                     ", asked for " + text(begun));
    }
    std::uint64_t owners = 0;
    for (const Span& owner : story.owners)
        owners += owner.answered <= operation ? 1u : 0u;
    if (store.lease->epoch() <= owners)
        return wrong("epoch " + text(store.lease->epoch()) + " was another's before");
    model::LogPosition keep_from = 1;
    for (const Story::Truncation& truncation : story.truncations) {
        if (truncation.span.begun <= operation)
            keep_from = std::max(keep_from, truncation.keep_from);
    }
    model::LogPosition next = 0;
    TRY(store.log->read(1, [&](const LogBatch& batch) -> Result<void> {
        const auto written = story.batches.find(batch.first);
        const bool same = written != story.batches.end() && written->second.count == batch.count &&
                          written->second.hash == hash64(batch.commands);
        if (!same) return wrong("nobody wrote the batch at " + text(batch.first));
        if (next == 0 && batch.first > keep_from)
            return wrong("the log begins at " + text(batch.first) + ", kept was " +
                         text(keep_from));
        if (next != 0 && batch.first != next) return wrong("a gap at " + text(next));
        next = batch.first + batch.count;
        return success();
    }));
    if (next != 0 && next != end + 1)
        return wrong("read to " + text(next - 1) + " of " + text(end));
    if (next == 0 && end != 0) return wrong("nothing can be read of " + text(end));
    return success();
}

/// One of the two states that a cut here may leave; never ahead of the log, and never behind what
/// the log still has.
Result<void> Judge::compare_state(const Story& story, std::size_t operation, Store& store) {
    const Story::State* answered = nullptr;
    const Story::State* begun = nullptr;
    for (const Story::State& state : story.states) {
        if (state.span.answered <= operation) answered = &state;
        if (state.span.begun <= operation) begun = &state;
    }
    TRY(const Loaded loaded, load_all(*store.state));
    const std::uint64_t digest = loaded.digest;
    if (digest != answered->digest && digest != begun->digest) {
        std::string which = "of nobody";
        for (const Story::State& state : story.states) {
            if (state.digest == digest)
                which = "asked for at " + text(state.span.begun) + ", answered at " +
                        text(state.span.answered);
        }
        return wrong("the state is " + which + "; the last one answered was at " +
                     text(answered->span.answered));
    }
    const model::LogPosition least =
        *std::min_element(loaded.applied.begin(), loaded.applied.end());
    const model::LogPosition most = *std::max_element(loaded.applied.begin(), loaded.applied.end());
    if (most > store.log->end()) {
        return wrong("the state is true at " + text(most) + ", the log ends at " +
                     text(store.log->end()));
    }
    model::LogPosition begins = 0;
    TRY(store.log->read(least + 1, [&](const LogBatch& batch) -> Result<void> {
        if (begins == 0) begins = batch.first;
        return success();
    }));
    if (begins > least + 1) return wrong("the state needs position " + text(least + 1));
    return success();
}

/// The tables that only people read, and SQLite's own opinion.
Result<void> Judge::rows(const Story& story, std::size_t operation, const disk::Image& image) {
    for (const char* file : {"data/log.db", "data/state.db"}) {
        TRY(const auto answer, disk::query(image, file, "PRAGMA integrity_check"));
        if (answer.size() != 1 || answer[0][0] != "ok")
            return wrong(std::string(file) + ": " + answer[0][0]);
    }
    TRY(const auto count, disk::query(image, "data/state.db", "SELECT count(*) FROM entries"));
    bool known = false;
    for (const Story::State& state : story.states) {
        if (state.span.begun <= operation)
            known = state.span.answered <= operation ? text(state.entries) == count[0][0]
                                                     : known || text(state.entries) == count[0][0];
    }
    return known ? Result<void>(success()) : wrong(count[0][0] + " entries were never saved");
}

/// Life goes on after the recovery, and ends the same way again.
Result<void> Judge::continue_and_crash(Store& store, Rng& rng) {
    const model::LogPosition end = store.log->end();
    TRY(store.log->append({{end + 1, 3, "after the recovery"}}, store.lease->epoch()));
    TRY(const Loaded before, load_all(*store.state));
    disk_.stop();
    store = Store{};
    disk_.cut_power(disk::kEveryDamage[rng.below(4)], rng);
    TRY(store, open());
    if (store.log->end() != end + 3)
        return wrong("the log of the second life ends at " + text(store.log->end()) + " and not " +
                     text(end + 3));
    TRY(const Loaded again, load_all(*store.state));
    return again.digest == before.digest ? Result<void>(success())
                                         : wrong("the second life has another state");
}

}  // namespace journey::storage::crash
