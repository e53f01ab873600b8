namespace VIommuActors.Simulation;

/// <summary>Why <see cref="SimKernel.Run"/> returned.</summary>
public enum RunEnd
{
    /// <summary>No message can be delivered and no timed delivery is pending.</summary>
    Quiescent,

    /// <summary>The run has delivered as many messages as allowed, and could deliver more.</summary>
    StepLimit,

    /// <summary>The next timed delivery is later than allowed.</summary>
    TimeLimit,

    /// <summary><see cref="SimKernel.Stop"/> was called, or the cancellation token fired.</summary>
    Stopped,
}
