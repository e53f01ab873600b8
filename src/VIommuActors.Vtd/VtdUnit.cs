using VIommuActors.Vtd.Memory;
using VIommuActors.Vtd.Translation;

namespace VIommuActors.Vtd;

/// <summary>One emulated remapping unit. Single threaded; never blocks; knows nothing of actors, links or protocols.</summary>
public sealed class VtdUnit
{
    /// <summary>Builds a unit in its power-on state.</summary>
    public VtdUnit(VtdOptions options, IGuestMemory memory, IVtdHost host) => throw new NotImplementedException();

    /// <summary>Guest read of <paramref name="size"/> bytes at <paramref name="offset"/> from the unit's base.</summary>
    public ulong Read(uint offset, int size) => throw new NotImplementedException();

    /// <summary>Guest write of <paramref name="size"/> bytes at <paramref name="offset"/> from the unit's base.</summary>
    public void Write(uint offset, int size, ulong value) => throw new NotImplementedException();

    /// <summary>Translates an untranslated request; walks on a miss, fills the caches, records a fault.</summary>
    public Translated Translate(SourceId source, Iova address, Permission wanted) => throw new NotImplementedException();

    /// <summary>As <see cref="Translate"/> for an ATS translation request: needs TT=1 and ECAP.DT, else fault 0xd.</summary>
    public Translated TranslateForDevice(SourceId source, Iova address, Permission wanted) => throw new NotImplementedException();

    /// <summary>The host ended what it had left pending. Unknown or already completed ids are ignored and return false.</summary>
    public bool Complete(InvalidationId id) => throw new NotImplementedException();

    /// <summary>No completion came for a device-TLB invalidation in time: FSTS.ITE, waits behind it are aborted.</summary>
    public bool TimeOut(InvalidationId id) => throw new NotImplementedException();

    /// <summary>Device reset: everything as at power on, caches empty, pending invalidations forgotten.</summary>
    public void Reset() => throw new NotImplementedException();
}
