using System.Runtime.InteropServices;

namespace VIommuActors.Cli.Qtest;

/// <summary>Waits for any of some file descriptors to have input: poll(2), because .NET can select sockets but not standard input.</summary>
internal sealed class ReadyDescriptors(int count)
{
    private const short In = 1;
    private readonly Entry[] _entries = new Entry[count];

    /// <summary>Sets the descriptor of a place; -1 for none.</summary>
    public void Set(int place, int descriptor) => _entries[place] = new Entry { Descriptor = descriptor, Wanted = In };

    /// <summary>True when the descriptor of a place had input, or its other end was gone, at the last wait.</summary>
    public bool IsReady(int place) => _entries[place].Found != 0;

    /// <summary>Waits, without an end.</summary>
    public void Wait()
    {
        // Interrupted by a signal: nothing is ready then.
        if (Poll(_entries, (nuint)_entries.Length, -1) >= 0) return;
        for (var i = 0; i < _entries.Length; i++) _entries[i].Found = 0;
    }

    [DllImport("libc", EntryPoint = "poll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Poll([In, Out] Entry[] entries, nuint count, int timeoutMs);

    [StructLayout(LayoutKind.Sequential)]
    private struct Entry
    {
        public int Descriptor;
        public short Wanted;
        public short Found;
    }
}
