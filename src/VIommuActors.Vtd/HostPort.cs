using System.Runtime.CompilerServices;

namespace VIommuActors.Vtd;

/// <summary>The host, called one call at a time: a host that calls a changing method of the unit from within a callback is a bug.</summary>
internal sealed class HostPort(IVtdHost host)
{
    private bool _busy;

    public bool Flushed(in Invalidation.Invalidation invalidation)
    {
        _busy = true;
        try
        {
            return host.Flushed(invalidation);
        }
        finally
        {
            _busy = false;
        }
    }

    public void VisitSources(Action<SourceId> visit) => host.VisitSources(visit);

    public void SendMessage(GuestPhysical address, uint data)
    {
        _busy = true;
        try
        {
            host.SendMessage(address, data);
        }
        finally
        {
            _busy = false;
        }
    }

    public void DescriptorFetched(ulong low, ulong high)
    {
        _busy = true;
        try
        {
            host.DescriptorFetched(low, high);
        }
        finally
        {
            _busy = false;
        }
    }

    public void StatusWritten(GuestPhysical address, uint data)
    {
        _busy = true;
        try
        {
            host.StatusWritten(address, data);
        }
        finally
        {
            _busy = false;
        }
    }

    /// <summary>Throws when the unit is in the middle of a callback.</summary>
    /// <exception cref="InvalidOperationException">Called from within a callback.</exception>
    public void AssertIdle([CallerMemberName] string caller = "")
    {
        if (_busy) throw new InvalidOperationException($"VtdUnit.{caller} was called from within a callback of its own.");
    }
}
