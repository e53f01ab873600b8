using System.Collections.Immutable;
using VIommuActors.Guest.Recording;
using VIommuActors.Vtd;
using VIommuActors.Vtd.Spec;

namespace VIommuActors.Guest.Replay;

/// <summary>
/// A recording prepared for replay: who takes part, how much RAM it reaches, which descriptors belong to which tail write.
/// </summary>
public sealed class ReplayScript
{
    private readonly Dictionary<int, ImmutableArray<RecordedEvent>> _batches = [];

    /// <summary>Reads through a recording once.</summary>
    public ReplayScript(RecordedTrace recording)
    {
        Recording = recording;
        var sources = new List<SourceId>();
        var batch = ImmutableArray.CreateBuilder<RecordedEvent>();
        var tailWrite = -1;
        var top = 0UL;
        for (var i = 0; i < recording.Events.Length; i++)
        {
            var e = recording.Events[i];
            switch (e.Kind)
            {
                case RecordedKind.TranslationMiss or RecordedKind.TranslationHit or RecordedKind.PassThrough
                    or RecordedKind.Fault or RecordedKind.ContextEntry:
                    if (!sources.Contains(e.Source)) sources.Add(e.Source);
                    if (e.Kind == RecordedKind.ContextEntry) top = Math.Max(top, (e.Low & AddressBits) + 4096);
                    else if (e.Kind == RecordedKind.PassThrough) top = Math.Max(top, e.Iova.Page.Value + 4096);
                    else if (e.Kind == RecordedKind.TranslationMiss)
                        top = Math.Max(top, (e.Pte & AddressBits & ~e.PageMask) + e.PageMask + 1);
                    // A hit does not show the size of its page: room for 2 MiB.
                    else if (e.Kind == RecordedKind.TranslationHit) top = Math.Max(top, (e.Pte & AddressBits) + 0x20_0000);
                    break;
                case RecordedKind.QueueDescriptor:
                    batch.Add(e);
                    break;
                case RecordedKind.WaitStatus:
                    top = Math.Max(top, (e.Address.Value & AddressBits) + 4096);
                    break;
                case RecordedKind.RegisterWrite:
                    if (e.Offset == (int)RegisterOffset.Rtaddr) top = Math.Max(top, (e.Value & AddressBits) + 4096);
                    if (e.Offset == (int)RegisterOffset.Iqa) top = Math.Max(top, new Iqa(e.Value).Base.Value + new Iqa(e.Value).Bytes);
                    if (e.Offset != (int)RegisterOffset.Iqt) break;
                    Close();
                    tailWrite = i;
                    break;
            }
        }
        Close();
        Sources = [.. sources];
        TopAddress = (top + 0x1f_ffff) & ~0x1f_ffffUL;

        void Close()
        {
            // What the unit fetched after a tail write is what that write submitted.
            if (tailWrite >= 0) _batches[tailWrite] = batch.ToImmutable();
            batch.Clear();
        }
    }

    /// <summary>Bits of an address in entries and registers.</summary>
    public const ulong AddressBits = 0x000f_ffff_ffff_f000;

    /// <summary>The recording.</summary>
    public RecordedTrace Recording { get; }

    /// <summary>Requester ids, in the order of their first appearance.</summary>
    public ImmutableArray<SourceId> Sources { get; }

    /// <summary>First address, rounded up to 2 MiB, above all RAM that the recording names.</summary>
    public ulong TopAddress { get; }

    /// <summary>Descriptors submitted by the tail write at <paramref name="index"/> of the events.</summary>
    public ImmutableArray<RecordedEvent> BatchOf(int index) => _batches.TryGetValue(index, out var batch) ? batch : [];
}
