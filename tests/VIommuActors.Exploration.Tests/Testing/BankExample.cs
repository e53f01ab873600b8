using Akka.Actor;
using VIommuActors.Exploration.Testing;

namespace VIommuActors.Exploration.Tests.Testing;

/// <summary>How a test searches an ordinary Akka.NET program: two branches pay out from one account, which must not be overdrawn.</summary>
public sealed class BankExample
{
    [Fact]
    public void A_branch_that_looks_before_it_pays_overdraws_the_account()
    {
        var failed = Assert.Throws<ExplorationFailedException>(() => ActorExploration.Check(world =>
        {
            var account = new Account.Books(100);
            var bank = world.ActorOf(Props.Create(() => new Account(account)), "account");
            foreach (string name in new[] { "branch-1", "branch-2" })
            {
                world.ActorOf(Props.Create(() => new LookingBranch(bank)), name).Tell(new Pay(80));
            }

            return () => Assert.True(account.Balance >= 0, $"overdrawn by {-account.Balance}");
        }));

        string report = failed.Message;
        Assert.StartsWith("overdrawn by 60\nrandom, seed 1: schedule ", report, StringComparison.Ordinal);
        Assert.Contains(
            $"EXPLORE_REPLAY='{nameof(A_branch_that_looks_before_it_pays_overdraws_the_account)}=", report, StringComparison.Ordinal);
        Assert.Contains("VIOLATED overdrawn by 60 at step 8\n", report, StringComparison.Ordinal);
        Assert.Matches(@"\n +\d  .*[<>].* Balance Amount=100\n", report);
        Assert.Matches(@"\n>> +8  .*=+.* Withdraw Amount=80\n", report);
        Assert.Contains("Nothing orders these, so either could have come first:\n", report, StringComparison.Ordinal);
        Assert.Matches(@"account handled step \d \(Withdraw from branch-\d\) before step 8 \(Withdraw", report);
        Assert.All(failed.Failure.Chart.Split('\n'), line => Assert.InRange(line.Length, 0, 76));
        Assert.IsType<Xunit.Sdk.TrueException>(failed.InnerException);
    }

    [Fact]
    public void An_account_that_decides_itself_is_proved_never_to_be_overdrawn()
    {
        var result = ActorExploration.Check(
            world =>
            {
                var account = new Account.Books(100);
                var bank = world.ActorOf(Props.Create(() => new Account(account)), "account");
                foreach (string name in new[] { "branch-1", "branch-2", "branch-3" })
                {
                    world.ActorOf(Props.Create(() => new TrustingBranch(bank)), name).Tell(new Pay(80));
                }

                return () => Assert.Equal(20, account.Balance);
            },
            new ActorExplorationOptions { Strategy = "dpor", RequireComplete = true });

        Assert.True(result.Complete);
        Assert.Equal(6, result.Schedules); // the three requests reach the account in one of 3! orders; nothing else matters
    }

    public sealed record Pay(int Amount);

    public sealed record Look;

    public sealed record Balance(int Amount);

    public sealed record Withdraw(int Amount);

    public sealed record WithdrawIfThere(int Amount);

    /// <summary>Nothing in these actors knows that they are searched.</summary>
    private sealed class Account : ReceiveActor
    {
        public Account(Books books)
        {
            Receive<Look>(_ => Sender.Tell(new Balance(books.Balance)));
            Receive<Withdraw>(w => books.Balance -= w.Amount);
            Receive<WithdrawIfThere>(w => books.Balance -= books.Balance >= w.Amount ? w.Amount : 0);
        }

        public sealed class Books(int balance)
        {
            public int Balance { get; set; } = balance;
        }
    }

    private sealed class LookingBranch : ReceiveActor
    {
        private int _amount;

        public LookingBranch(IActorRef account)
        {
            Receive<Pay>(pay =>
            {
                _amount = pay.Amount;
                account.Tell(new Look());
            });
            Receive<Balance>(balance =>
            {
                if (balance.Amount >= _amount)
                {
                    account.Tell(new Withdraw(_amount));
                }
            });
        }
    }

    private sealed class TrustingBranch : ReceiveActor
    {
        public TrustingBranch(IActorRef account) => Receive<Pay>(pay => account.Tell(new WithdrawIfThere(pay.Amount)));
    }
}
