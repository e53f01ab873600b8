namespace VIommuActors.Qtest;

/// <summary>What moves a machine's virtual clock, as QEMU's accelerators have it.</summary>
public enum ClockKind
{
    /// <summary><c>-accel qtest</c>: only <c>clock_step</c> and <c>clock_set</c>.</summary>
    Stepped,

    /// <summary><c>-accel tcg</c>: it runs with the host's, and the test protocol has no clock commands.</summary>
    Running,

    /// <summary><c>-icount …,sleep=off</c> with CPUs that have nothing to do: it jumps to the next timer as soon as there is one.</summary>
    Jumping,

    /// <summary>No accelerator named: it runs with the host's, and a client may step it ahead as well.</summary>
    RunningAndStepped,
}
