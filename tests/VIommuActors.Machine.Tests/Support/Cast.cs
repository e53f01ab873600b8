using System.Collections.Immutable;
using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;
using VIommuActors.Vtd;

namespace VIommuActors.Machine.Tests.Support;

/// <summary>A guest with two vCPUs, two units, an emulator each, two devices behind the first and one behind the second.</summary>
internal static class Cast
{
    public const ulong Base = 0xfed90000, SecondBase = 0xfed91000;

    public static readonly NodeId Vcpu0 = new(0), Vcpu1 = new(1), Unit0 = new(2), Unit1 = new(3), Hub = new(4), Dummy0 = new(5), Dummy1 = new(6);
    public static readonly NodeId Device0 = new(7), Device1 = new(8), Device2 = new(9), Memory = new(10);

    public static readonly GuestNodes Guest = new()
    {
        Guest = 0,
        Vcpus = [Vcpu0, Vcpu1],
        Units = [Unit0, Unit1],
        UnitBases = [Base, SecondBase],
        Hub = Hub,
        Dummies = [Dummy0, Dummy1],
        Devices =
        [
            new DevicePlace(Device0, new SourceId(0x28), 0),
            new DevicePlace(Device1, new SourceId(0x30), 0),
            new DevicePlace(Device2, new SourceId(0x28), 1),
        ],
        Memory = Memory,
    };

    public static ProtocolOptions NoOptions { get; } = new(ImmutableSortedDictionary<string, string>.Empty);
}
