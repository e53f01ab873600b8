using VIommuActors.Xen.Hypercalls;
using VIommuActors.Xen.IoRequests;

namespace VIommuActors.Xen.Tests.Hypercalls;

public class HypercallNumberTests
{
    [Fact]
    public void Errors_have_the_numbers_of_xens_errno_table() =>
        Assert.Equal(
            [0, 1, 2, 7, 12, 14, 17, 19, 22, 28, 38, 95, 114, 116],
            Enum.GetValues<XenErrno>().Select(e => (int)e).Order());

    [Fact]
    public void Errors_are_returned_negated()
    {
        Assert.Equal(-116, XenErrno.ESTALE.ToReturnValue());
        Assert.Equal(0, XenErrno.None.ToReturnValue());
    }

    [Fact]
    public void Private_operations_lie_above_every_number_xen_has_given_out() =>
        Assert.All(Enum.GetValues<ViommuOp>(), op => Assert.True((int)op > 0x1000, $"{op}"));

    [Theory]
    [InlineData(X86Emul.Okay, 0)]
    [InlineData(X86Emul.Unhandleable, 1)]
    [InlineData(X86Emul.Exception, 2)]
    [InlineData(X86Emul.Retry, 3)]
    [InlineData(X86Emul.Done, 4)]
    [InlineData(X86Emul.Unimplemented, 5)]
    [InlineData(X86Emul.CompareExchangeFailed, 7)]
    public void Emulation_results_have_xens_numbers(X86Emul result, int number) => Assert.Equal(number, (int)result);
}
