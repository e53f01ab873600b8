namespace VIommuActors.Simulation;

/// <summary>What happens to the first message of a lane when the lane is chosen.</summary>
public enum LaneFault
{
    /// <summary>The receiver handles it.</summary>
    None,

    /// <summary>It is lost: taken from the lane, handled by nobody.</summary>
    Drop,

    /// <summary>The receiver handles it and it stays the first of its lane, to be delivered again later.</summary>
    Duplicate,
}
