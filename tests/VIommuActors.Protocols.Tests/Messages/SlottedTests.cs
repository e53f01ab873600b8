using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Tests.Support;
using VIommuActors.Vtd;

namespace VIommuActors.Protocols.Tests.Messages;

public sealed class SlottedTests
{
    [Fact]
    public void First_life_leaves_a_call_as_it_is()
    {
        var call = new DmaDone(Cast.Memory, 5);
        Assert.Same(call, call.Marked(0));
        Assert.Same(call, call.Unmarked());
        Assert.Equal(0, call.Life);
    }

    [Fact]
    public void Life_and_slot_come_back_from_a_marked_call()
    {
        var marked = new CopyCall(Cast.Device, 0xfffff, Cast.Source, 9, new Iova(0x1000), 64, true).Marked(2047);

        Assert.Equal(2047, marked.Life);
        Assert.Equal(new CopyCall(Cast.Device, 0xfffff, Cast.Source, 9, new Iova(0x1000), 64, true), marked.Unmarked());
    }
}
