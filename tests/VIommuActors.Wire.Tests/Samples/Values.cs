using System.Collections.Immutable;
using CsCheck;
using VIommuActors.Protocols.Messages;
using VIommuActors.Vtd;
using VIommuActors.Xen.Events;
using VIommuActors.Xen.IoRequests;

namespace VIommuActors.Wire.Tests.Samples;

/// <summary>Values of every type that messages have, the ends of their ranges as often as the middle.</summary>
internal static class Values
{
    public static Gen<bool> Flag => Gen.Bool;

    public static Gen<int> Int => Gen.OneOf(Gen.Int, Ends(int.MinValue, -1, 0, 1, int.MaxValue));

    public static Gen<int> Length => Gen.OneOf(Gen.Int[0, int.MaxValue], Ends(0, 1, 4096, int.MaxValue));

    public static Gen<int> PerMille => Gen.OneOf(Gen.Int[0, 1000], Ends(0, 1000));

    public static Gen<int> Errno => Gen.OneOf(Gen.Int[-133, 0], Int);

    public static Gen<uint> UInt => Gen.OneOf(Gen.UInt, Ends(0u, 1u, uint.MaxValue));

    public static Gen<long> Long => Gen.OneOf(Gen.Long, Ends(long.MinValue, -1, 0, 1, long.MaxValue));

    public static Gen<ulong> ULong => Gen.OneOf(Gen.ULong, Ends(0UL, 1UL, 1UL << 63, ulong.MaxValue));

    public static Gen<NodeId> Node =>
        Gen.OneOf(Gen.Int[-1, WireLimits.Node], Ends(-1, 0, WireLimits.Node)).Select(index => new NodeId(index));

    public static Gen<SourceId> Source =>
        Gen.OneOf(Gen.UShort, Ends(ushort.MinValue, ushort.MaxValue)).Select(value => new SourceId(value));

    public static Gen<DomainId> Domain =>
        Gen.OneOf(Gen.UShort, Ends(ushort.MinValue, ushort.MaxValue)).Select(value => new DomainId(value));

    public static Gen<Iova> Address => ULong.Select(value => new Iova(value));

    public static Gen<GuestPhysical> Physical => ULong.Select(value => new GuestPhysical(value));

    public static Gen<DrainScope> Scope =>
        Gen.Select(Flag, Domain, Address, ULong, (all, domain, from, pages) => new DrainScope(all, domain, from, pages));

    public static Gen<DmaSegment> Segment =>
        from at in Address
        from bytes in Gen.OneOf(Gen.Int[1, int.MaxValue], Ends(1, int.MaxValue))
        from write in Flag
        select new DmaSegment(at, bytes, write);

    public static Gen<Ioreq> Request =>
        from address in ULong
        from data in ULong
        from count in UInt
        from size in UInt
        from port in UInt
        from state in Gen.Int[0, 15]
        from flags in Gen.Int[0, 7]
        from type in Gen.Byte
        select new Ioreq(
            address,
            data,
            count,
            size,
            new EventPort(port),
            (IoreqState)state,
            (flags & 1) != 0,
            (flags & 2) != 0,
            (flags & 4) != 0,
            (IoreqType)type);

    /// <summary>Text in several scripts, with what takes two characters and four bytes.</summary>
    public static Gen<string> Text => Gen.OneOf(
        Gen.Char[' ', '~'].Array[0, 60].Select(letters => new string(letters)),
        Ends("", "é", "дренаж", "排出", "a\0b", "\U0001F9EA\n"),
        Ends(new string('x', WireLimits.TextBytes), new string('ß', WireLimits.TextBytes / 2)));

    public static Gen<string> Name => Gen.OneOf(
        Gen.Char['!', '~'].Array[1, 30].Select(letters => new string(letters)),
        Ends("r", "гость", new string('n', WireLimits.NameBytes)));

    public static Gen<T> Any<T>()
        where T : struct, Enum => Ends(Enum.GetValues<T>());

    public static Gen<T?> Maybe<T>(Gen<T> value)
        where T : struct => Gen.OneOf(value.Select(some => (T?)some), Gen.Const((T?)null));

    public static Gen<string?> MaybeText => Gen.OneOf(Text.Select(text => (string?)text), Gen.Const((string?)null));

    public static Gen<ImmutableArray<T>> Many<T>(Gen<T> value, int least, int most) =>
        value.Array[least, most].Select(array => array.ToImmutableArray());

    private static Gen<T> Ends<T>(params T[] values) => Gen.OneOf([.. values.Select(value => Gen.Const(value))]);
}
