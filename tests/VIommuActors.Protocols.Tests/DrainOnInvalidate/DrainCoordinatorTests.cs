using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Tests.Support;
using VIommuActors.Vtd;

namespace VIommuActors.Protocols.Tests.DrainOnInvalidate;

public sealed class DrainCoordinatorTests
{
    private const long RetransmitNs = 1000;

    private readonly DummyBench _dummy = new(0, Cast.Device, Cast.Second);
    private readonly DummyBench _patient = new(RetransmitNs, Cast.Device, Cast.Second);

    [Fact]
    public void Epoch_is_asked_for_before_any_device_is_told()
    {
        _dummy.Half.Forwarded(0xfed900f8, 0xb003000500000000);
        var query = _dummy.Take<QueryCall>(Cast.Unit);
        _dummy.NothingSent();

        var scope = new DrainScope(false, Cast.Domain, new Iova(0x10200000), 4);
        _dummy.Receive(new QueryReply(Cast.Unit, 7, Open: true, scope, query.Number));

        Assert.Equal(new Drain(Cast.Dummy, 7, scope), _dummy.Take<Drain>(Cast.Device));
        Assert.Equal(new Drain(Cast.Dummy, 7, scope), _dummy.Take<Drain>(Cast.Second));
        _dummy.NothingSent();
    }

    [Fact]
    public void Report_follows_the_last_acknowledgement()
    {
        Begin(_dummy, 7);
        _dummy.Acknowledge(Cast.Second, 7);
        _dummy.NothingSent();

        _dummy.Acknowledge(Cast.Device, 7);

        Assert.Equal(7, _dummy.Take<DrainComplete>(Cast.Unit).Epoch);
    }

    [Fact]
    public void Device_that_went_is_not_waited_for_any_more()
    {
        Begin(_dummy, 7);
        _dummy.Acknowledge(Cast.Second, 7);

        _dummy.Half.DeviceGone(Cast.Device);

        Assert.Equal(7, _dummy.Take<DrainComplete>(Cast.Unit).Epoch);
        _dummy.Half.DeviceGone(Cast.Second);
        _dummy.NothingSent();
    }

    [Fact]
    public void Device_that_went_leaves_the_others_to_be_waited_for()
    {
        Begin(_patient, 7);
        _patient.Half.DeviceGone(Cast.Device);
        _patient.NothingSent();

        _patient.Acknowledge(Cast.Second, 7);

        Assert.Equal(7, _patient.Take<DrainComplete>(Cast.Unit).Epoch);
        _patient.Half.DeviceGone(Cast.Second);
        _patient.NothingSent(); // reported once; what is lost on the way is sent again by the timer
    }

    [Fact]
    public void Doubled_acknowledgement_counts_once()
    {
        Begin(_dummy, 7);

        _dummy.Acknowledge(Cast.Device, 7);
        _dummy.Acknowledge(Cast.Device, 7);

        _dummy.NothingSent();
    }

    [Fact]
    public void Acknowledgement_of_another_epoch_or_of_a_stranger_counts_for_nothing()
    {
        Begin(_dummy, 7);
        _dummy.Acknowledge(Cast.Device, 7);

        _dummy.Acknowledge(Cast.Second, 6);
        _dummy.Acknowledge(Cast.Second, 8);
        _dummy.Acknowledge(Cast.Third, 7);

        _dummy.NothingSent();
    }

    [Fact]
    public void Without_devices_the_drain_is_reported_at_once()
    {
        var dummy = new DummyBench();

        dummy.Begin(1);

        Assert.Equal(1, dummy.Take<DrainComplete>(Cast.Unit).Epoch);
    }

    [Fact]
    public void Nothing_open_is_nothing_to_drain()
    {
        _dummy.Half.Forwarded(0xfed90034, 0);
        _dummy.Take<QueryCall>(Cast.Unit);

        _dummy.Receive(new QueryReply(Cast.Unit, 3, Open: false, DrainScope.All, 1));

        _dummy.NothingSent();
    }

    [Fact]
    public void Concurrent_drains_end_each_with_its_own_acknowledgements()
    {
        Begin(_dummy, 1);
        Begin(_dummy, 2);

        _dummy.Acknowledge(Cast.Device, 2);
        _dummy.Acknowledge(Cast.Second, 1);
        _dummy.NothingSent();
        _dummy.Acknowledge(Cast.Second, 2);
        Assert.Equal(2, _dummy.Take<DrainComplete>(Cast.Unit).Epoch);
        _dummy.Acknowledge(Cast.Device, 1);

        Assert.Equal(1, _dummy.Take<DrainComplete>(Cast.Unit).Epoch);
    }

    [Fact]
    public void Second_answer_that_names_a_running_epoch_starts_no_second_drain()
    {
        Begin(_dummy, 2);

        _dummy.Begin(2);

        _dummy.NothingSent();
    }

    [Fact]
    public void Late_answer_that_names_a_reported_epoch_starts_no_drain()
    {
        Begin(_dummy, 2);
        _dummy.Acknowledge(Cast.Device, 2);
        _dummy.Acknowledge(Cast.Second, 2);
        _dummy.Take<DrainComplete>(Cast.Unit);

        _dummy.Begin(2);
        _dummy.Begin(1);

        _dummy.NothingSent();
    }

    [Fact]
    public void Reply_that_says_more_is_followed_by_another_query()
    {
        _dummy.Receive(new DrainCompleteReply(Cast.Unit, 1, 0, More: true));
        _dummy.Take<QueryCall>(Cast.Unit);

        _dummy.Receive(new DrainCompleteReply(Cast.Unit, 2, 0, More: false));
        _dummy.NothingSent();
    }

    [Fact]
    public void By_default_nothing_is_sent_twice()
    {
        Begin(_dummy, 1);
        Assert.Empty(_dummy.Timers);
    }

    [Fact]
    public void Retransmission_reaches_only_devices_that_have_not_acknowledged()
    {
        Begin(_patient, 1);
        _patient.Acknowledge(Cast.Device, 1);

        FireAll(_patient);

        Assert.Equal(1, _patient.Take<Drain>(Cast.Second).Epoch);
        _patient.NothingSent();
    }

    [Fact]
    public void Report_is_repeated_until_it_is_answered()
    {
        Begin(_patient, 1);
        _patient.Acknowledge(Cast.Device, 1);
        _patient.Acknowledge(Cast.Second, 1);
        _patient.Take<DrainComplete>(Cast.Unit);

        FireAll(_patient);
        Assert.Equal(1, _patient.Take<DrainComplete>(Cast.Unit).Epoch);
        _patient.NothingSent();
        _patient.Receive(new DrainCompleteReply(Cast.Unit, 1, 0, More: false));
        FireAll(_patient);

        _patient.NothingSent();
        Assert.Empty(_patient.Timers);
    }

    [Fact]
    public void Answer_that_the_drain_was_done_already_ends_the_repetition_too()
    {
        Begin(_patient, 1);
        _patient.Acknowledge(Cast.Device, 1);
        _patient.Acknowledge(Cast.Second, 1);
        _patient.Take<DrainComplete>(Cast.Unit);
        _patient.Receive(new DrainCompleteReply(Cast.Unit, 1, -114, More: false));

        FireAll(_patient);

        Assert.Empty(_patient.Timers);
    }

    [Fact]
    public void Query_is_repeated_until_it_is_answered()
    {
        _patient.Half.Forwarded(0xfed900f8, 0xb003000500000000);
        _patient.Take<QueryCall>(Cast.Unit);

        FireAll(_patient);
        var second = _patient.Take<QueryCall>(Cast.Unit);
        _patient.Receive(new QueryReply(Cast.Unit, 1, Open: false, DrainScope.All, second.Number));
        FireAll(_patient);

        _patient.NothingSent();
        Assert.Empty(_patient.Timers);
    }

    [Fact]
    public void Late_answer_to_an_earlier_query_does_not_answer_a_later_one()
    {
        _patient.Half.Forwarded(0xfed900f8, 0xb003000500000000);
        var early = _patient.Take<QueryCall>(Cast.Unit);
        _patient.Half.Forwarded(0xfed90088, 0x40);
        _patient.Take<QueryCall>(Cast.Unit);
        _patient.Receive(new QueryReply(Cast.Unit, 0, Open: false, DrainScope.All, early.Number));

        FireAll(_patient);

        _patient.Take<QueryCall>(Cast.Unit);
    }

    private static void Begin(DummyBench dummy, long epoch)
    {
        dummy.Begin(epoch);
        dummy.Take<Drain>(Cast.Device);
        dummy.Take<Drain>(Cast.Second);
    }

    /// <summary>Every timer that is armed now comes once.</summary>
    private static void FireAll(DummyBench dummy)
    {
        for (var left = dummy.Timers.Count; left > 0; left--) dummy.Receive(dummy.FireTimer());
    }
}
