using VIommuActors.Trace.Charts;

namespace VIommuActors.Trace.Tests.Charts;

public sealed class ExplanationTests
{
    [Fact]
    public void Two_chains_that_nothing_orders_are_told_step_by_step() => Assert.Equal(
        [
            "used-after at step 7: key=0x2a.",
            "How the violation, step 7, came about:",
            "step 1 t=10 ns: owner was sent Start, from outside. Granted here.",
            "step 2 t=20 ns: owner sent borrower Lend: key=0x2a count=3 urgent=false.",
            "step 3 t=30 ns: borrower asked desk to open (OpenRequest: key=0x2a).",
            "step 6 t=60 ns: desk answered borrower (OpenReply: open).",
            "step 7 t=70 ns: borrower sent safe Use: key=0x2a. This is the violation: used-after.",
            "How step 5 (revoked here) came about:",
            "step 1 t=10 ns: owner was sent Start, from outside. Granted here.",
            "step 4 t=40 ns: owner sent desk TakeBack: key=0x2a.",
            "step 5 t=50 ns: desk answered owner (TakeBackDone). Revoked here.",
            "The first chain (steps 1, 2, 3, 6, 7) and the second (steps 1, 4, 5) meet at desk, which handled step 3 of the first and step 4 "
                + "of the second.",
            "Steps 6, 7 of the first and steps 4, 5 of the second are not ordered by causes, nor by what any participant handled in turn: no "
                + "step of one waited for the other.",
        ],
        Story.LateUse().Chart().Explain());

    [Fact]
    public void A_violation_that_follows_from_the_revocation_is_not_called_a_race()
    {
        var sentences = Story.LateUse(borrowerIsTold: true).Chart().Explain();
        Assert.StartsWith("The violation follows from step 5: 5 -> 6 -> 7", sentences[^1], StringComparison.Ordinal);
        Assert.DoesNotContain(sentences, sentence => sentence.Contains("waited", StringComparison.Ordinal));
    }

    [Fact]
    public void Order_at_the_receiver_of_the_violation_alone_is_no_waiting()
    {
        // The safe handles something that follows from the revocation just before the late use arrives.
        var story = new Story();
        var start = story.Hop(null, "owner", "Start");
        var lent = story.Hop("owner", "borrower", "Lend", start);
        var revoked = story.Hop("owner", "owner", "TakeBack", start);
        story.Hop("owner", "safe", "Check", revoked);
        story.Hop("borrower", "safe", "Use", lent);
        story.Violation("late", ("grantedAtStep", start), ("revokedAtStep", revoked));
        Assert.Contains("no step of one waited for the other", story.Chart().Explain()[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Only_steps_since_the_grant_are_told()
    {
        var story = new Story();
        var cause = story.Hop(null, "owner", "Old");
        for (var i = 0; i < 50; i++)
        {
            cause = story.Hop("owner", "owner", $"Older{i}", cause);
        }

        var granted = story.Hop("owner", "owner", "Grant", cause);
        var used = story.Hop("owner", "user", "Lend", granted);
        var revoked = story.Hop("owner", "owner", "Revoke", granted);
        story.Hop("user", "safe", "Use", used);
        story.Violation("late", ("grantedAtStep", granted), ("revokedAtStep", revoked));
        var sentences = story.Chart().Explain();
        Assert.DoesNotContain(sentences, sentence => sentence.Contains("Older", StringComparison.Ordinal));
        Assert.Equal(2, sentences.Count(sentence => sentence.Contains("Granted here", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_wait_without_end_is_traced_to_the_message_that_was_lost()
    {
        var (story, lost) = Hang(isNoted: true);
        var sentences = story.Chart().Explain();
        Assert.Equal("How step 3 came about, at which a message did not go as sent:", sentences[1]);
        Assert.Contains($"At step {lost} Ready from server to client is LOST.", sentences);
        Assert.StartsWith("What was waited for never came: 100 steps followed until step 103.", sentences[^1], StringComparison.Ordinal);
        Assert.EndsWith("From step 4 on 2 steps came 49 times in a row.", sentences[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_wait_without_a_known_loss_is_traced_to_the_last_message_that_led_to_nothing()
    {
        var sentences = Hang(isNoted: false).Story.Chart().Explain();
        Assert.Equal("How step 3 came about, the last one that led to nothing:", sentences[1]);
        Assert.Contains(sentences, sentence => sentence.StartsWith("step 3 ", StringComparison.Ordinal));
        Assert.DoesNotContain(sentences, sentence => sentence.StartsWith("step 4 ", StringComparison.Ordinal));
    }

    [Fact]
    public void Without_a_grant_the_chain_goes_to_the_start_and_races_are_named()
    {
        // Two tellers read one balance before either writes it.
        var story = new Story();
        var (one, other) = (story.Hop(null, "teller-1", "Deposit"), story.Hop(null, "teller-2", "Deposit"));
        (one, other) = (story.Hop("teller-1", "account", "Read", one), story.Hop("teller-2", "account", "Read", other));
        (one, other) = (story.Hop("account", "teller-1", "Balance", one), story.Hop("account", "teller-2", "Balance", other));
        story.Hop("teller-1", "account", "Write", one);
        story.Hop("teller-2", "account", "Write", other);
        story.Violation("money-lost");
        Assert.Equal(
            [
                "money-lost at step 8.",
                "How step 8 came about:",
                "step 2 t=0 ns: teller-2 was sent Deposit, from outside.",
                "step 4 t=0 ns: teller-2 sent account Read.",
                "step 6 t=0 ns: account sent teller-2 Balance.",
                "step 8 t=0 ns: teller-2 sent account Write. This is the violation: money-lost.",
                "Nothing orders these, so either could have come first:",
                "account handled step 7 (Write from teller-1) before step 8 (Write from teller-2).",
                "account handled step 3 (Read from teller-1) before step 4 (Read from teller-2).",
            ],
            story.Chart().Explain());
    }

    [Fact]
    public void Equal_messages_sent_at_once_are_no_wait()
    {
        var story = new Story();
        var start = story.Hop(null, "a", "Start");
        for (var i = 0; i < 5; i++)
        {
            story.Hop("a", "b", "Add", start);
        }

        story.Violation("wrong-sum");
        Assert.Equal("How step 6 came about:", story.Chart().Explain()[1]);
    }

    [Fact]
    public void A_long_chain_is_cut_at_its_beginning_and_says_so()
    {
        var story = new Story();
        long? cause = null;
        for (var i = 0; i < 200; i++)
        {
            cause = story.Hop($"n{i % 9}", $"n{(i + 1) % 9}", $"M{i}", cause);
        }

        story.Violation("bad");
        var sentences = story.Chart().Explain();
        Assert.Equal("(the first 140 steps of 200 steps left out)", sentences[2]);
        Assert.InRange(sentences.Count, 60, 75);
    }

    private static (Story Story, long Lost) Hang(bool isNoted)
    {
        var story = new Story();
        var start = story.Hop(null, "client", "Start");
        var order = story.Hop("client", "server", "Order", start);
        var lost = story.Hop("store", "server", "Stock", order);
        if (isNoted)
        {
            story.Note("lost", "wire", Story.Text("msg", "Ready"), Story.Text("from", "server"), Story.Text("to", "client"));
        }

        var cause = start;
        for (var i = 0; i < 50; i++)
        {
            cause = story.Hop("client", "server", "IsReady", cause);
            cause = story.Hop("server", "client", "No", cause);
        }

        story.Violation("never-ready");
        return (story, lost);
    }
}
