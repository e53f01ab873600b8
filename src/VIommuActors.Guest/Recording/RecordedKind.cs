namespace VIommuActors.Guest.Recording;

/// <summary>Kind of a recorded event; the comment gives its letter in the file.</summary>
public enum RecordedKind : byte
{
    /// <summary><c>R</c>: register read, with the value returned.</summary>
    RegisterRead,

    /// <summary><c>W</c>: register write.</summary>
    RegisterWrite,

    /// <summary><c>Q</c>: descriptor taken from the invalidation queue.</summary>
    QueueDescriptor,

    /// <summary><c>S</c>: a wait descriptor's status written to memory.</summary>
    WaitStatus,

    /// <summary><c>G</c>: register-based invalidation carried out.</summary>
    Invalidation,

    /// <summary><c>M</c>: DMA translated by walking the tables.</summary>
    TranslationMiss,

    /// <summary><c>H</c>: DMA translated from the IOTLB.</summary>
    TranslationHit,

    /// <summary><c>C</c>: context entry loaded.</summary>
    ContextEntry,

    /// <summary><c>P</c>: DMA passed through untranslated.</summary>
    PassThrough,

    /// <summary><c>F</c>: DMA fault.</summary>
    Fault,

    /// <summary><c>I</c>: message-signalled interrupt sent by the unit.</summary>
    UnitInterrupt,

    /// <summary><c>V</c>: device interrupt remapped.</summary>
    InterruptRemapped,

    /// <summary><c>X</c>: the unit reports an enable or a table set-up.</summary>
    UnitState,

    /// <summary><c>N</c>: phase mark of the guest.</summary>
    Mark,
}

/// <summary>What a <see cref="RecordedKind.Invalidation"/> covered.</summary>
public enum RecordedInvalidation : byte
{
    /// <summary>The whole IOTLB.</summary>
    Global,

    /// <summary>IOTLB entries of one domain.</summary>
    Domain,

    /// <summary>IOTLB entries of some pages of one domain.</summary>
    Page,

    /// <summary>The whole context cache.</summary>
    Context,

    /// <summary>Context entries of one device, or of the functions its mask takes in.</summary>
    ContextDevice,
}
