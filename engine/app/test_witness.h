#pragma once
// What was seen in a test, and whether that is what its lines expect.

#include "dsl/dsl.h"
#include "engine/app/test_story.h"

#include <functional>

namespace journey::app {

class Witness {
  public:
    Witness(const ir::Program& program, const calendar::Zone& zone, const translate::Speech& say)
        : program_(program), zone_(zone), say_(say) {}

    void see(std::vector<core::Happening> happenings);
    /// A line of the story that the test itself caused.
    void tell(Instant at, std::string text);

    /// Absent when the expectation holds (then the story says by what), else what is wrong.
    /// `moment`: the instant a moment of the test means.
    using Moment = std::function<Instant(const sema::TestMoment&)>;
    std::optional<std::string> judge(const sema::TestAct& expectation, const Moment& moment);
    /// Where the story went another way, it says what the test wanted.
    void expected(const sema::TestAct& act, Instant now);
    /// What may mend the test or the journey; "" when that is anybody's guess.
    std::string help_for(const sema::TestAct& act) const;

    const std::vector<StoryLine>& story() const { return story_; }
    const std::vector<core::Happening>& happened() const { return happened_; }

  private:
    struct Send {
        Instant at{};
        std::string channel;
        std::string message_template;
        Record data;
        bool claimed = false;  // by an `expect sent` line
        std::size_t line = 0;  // of the story
    };
    using Problem = std::optional<std::string>;

    Problem expect(const sema::ExpectEntered& wanted);
    Problem expect(const sema::ExpectExited& wanted);
    Problem expect(const sema::ExpectSent& wanted);
    Problem expect(const sema::ExpectNothingSent& wanted);
    Problem expect(const sema::ExpectNoMoreSends& wanted);
    Problem expect(const sema::ExpectHeld& wanted, const Moment& moment);
    Problem expect(const sema::ExpectSkipped& wanted);
    Problem expect(const sema::ExpectGoal& wanted);
    Problem expect(const sema::ExpectWaiting& wanted) const;
    Problem expect(const sema::ExpectCalled& wanted);

    using Fits = std::function<bool(const core::Happening&)>;
    const core::Happening* last(core::Happening::Kind kind, const Fits& fits) const;
    /// Of the journey under test, which is the first one; what it runs lives in the same world.
    bool is_ours(const core::Happening& one) const;
    /// That line of the story is what the author expected.
    void confirm(const core::Happening& happening);
    /// The message of the wanted template that did not go out.
    const core::Happening* stopped(const sema::ExpectSent& wanted) const;

    const ir::Program& program_;
    const calendar::Zone& zone_;
    const translate::Speech say_;
    std::vector<core::Happening> happened_;
    std::vector<std::size_t> line_of_;  // of the story, by happening
    std::vector<Send> sends_;
    std::vector<StoryLine> story_;
};

}  // namespace journey::app
