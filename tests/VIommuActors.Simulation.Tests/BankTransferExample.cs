using Akka.Actor;

namespace VIommuActors.Simulation.Tests;

/// <summary>How to search an ordinary Akka program for a race: two tellers read, add and write one account.</summary>
public sealed class BankTransferExample : IDisposable
{
    private readonly SimSystem _sim = SimSystem.Create("bank");

    public void Dispose() => _sim.Dispose();

    [Fact]
    public void Random_schedules_find_the_lost_update_and_replay_it()
    {
        var balances = new SortedDictionary<long, List<int>>();
        for (ulong seed = 0; seed < 200; seed++)
        {
            var choice = new RecordedChoice(new RandomChoice(seed));
            balances[TwoDeposits(choice)] = [.. choice.Taken];
        }

        Assert.Equal([10, 20], balances.Keys); // 20 is right; 10 means that one deposit overwrote the other
        var replay = new RecordedChoice(balances[10]);
        Assert.Equal(10, TwoDeposits(replay));
        Assert.True(replay.Followed);
    }

    [Fact]
    public void One_fixed_schedule_does_not_find_it() => Assert.Equal(20, TwoDeposits(FirstChoice.Instance));

    [Fact]
    public void Every_schedule_can_be_visited()
    {
        int lost = 0;
        int schedules = AllSchedules.Visit((choice, widths) => lost += TwoDeposits(choice, widths) == 10 ? 1 : 0);
        // The bank hands out deposit 1 first. Then its second hand-out and teller 2's four steps (deposit, read, balance, write) meet
        // teller 1's four steps freely: 9 choose 4.
        Assert.Equal(126, schedules);
        // Right are those in which one write comes before the other read: 15 with teller 1 first, 6 with teller 2 first.
        Assert.Equal(126 - 15 - 6, lost);
    }

    private long TwoDeposits(IChoice choice, IStepObserver? observer = null)
    {
        var kernel = _sim.Kernel;
        kernel.BeginWorld();
        kernel.BeginRun(choice, observer);
        long balance = 0;
        Action<long> written = b => balance = b;
        var bank = _sim.System.ActorOf(Props.Create(() => new Bank(written)), "bank");
        kernel.RunMisc(); // the bank opens
        foreach (string name in new[] { "account", "teller-1", "teller-2" })
        {
            kernel.Register(((ActorRefWithCell)bank).GetSingleChild(name));
        }

        bank.Tell(new Bank.Deposit("teller-1", 10));
        bank.Tell(new Bank.Deposit("teller-2", 10));
        Assert.Equal(RunEnd.Quiescent, kernel.Run(1_000, long.MaxValue, CancellationToken.None));
        _sim.System.Stop(bank);
        kernel.EndWorld();
        return balance;
    }
}

/// <summary>An ordinary Akka program; nothing in it knows that it is simulated.</summary>
public sealed class Bank : ReceiveActor
{
    public Bank(Action<long> written)
    {
        var account = Context.ActorOf(Props.Create(() => new Account(written)), "account");
        _ = Context.ActorOf(Props.Create(() => new Teller(account)), "teller-1");
        _ = Context.ActorOf(Props.Create(() => new Teller(account)), "teller-2");
        Receive<Deposit>(d => Context.Child(d.Teller).Forward(d));
    }

    public sealed record Deposit(string Teller, long Amount);

    public sealed record Read;

    public sealed record Balance(long Amount);

    public sealed record Write(long Amount);

    private sealed class Account : ReceiveActor
    {
        private long _balance;

        public Account(Action<long> written)
        {
            Receive<Read>(_ => Sender.Tell(new Balance(_balance)));
            Receive<Write>(w => written(_balance = w.Amount));
        }
    }

    private sealed class Teller : ReceiveActor
    {
        private long _amount;

        public Teller(IActorRef account)
        {
            Receive<Deposit>(d =>
            {
                _amount = d.Amount;
                account.Tell(new Read());
            });
            Receive<Balance>(b => account.Tell(new Write(b.Amount + _amount)));
        }
    }
}
