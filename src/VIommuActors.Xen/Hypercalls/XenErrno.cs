namespace VIommuActors.Xen.Hypercalls;

/// <summary>Error numbers of Xen's hypercalls, as positive values. Source: Xen <c>public/errno.h</c>.</summary>
/// <remarks>A hypercall returns them negated; <see cref="XenErrnoExtensions.ToReturnValue"/> does that.</remarks>
public enum XenErrno
{
    /// <summary>No error: the hypercall returns 0 or more.</summary>
    None = 0,

    /// <summary>Not permitted: the caller is not the domain that owns the object.</summary>
    EPERM = 1,

    /// <summary>No such object.</summary>
    ENOENT = 2,

    /// <summary>Too much of something: a second vIOMMU for one domain.</summary>
    E2BIG = 7,

    /// <summary>Out of memory, or of entries of a bounded table.</summary>
    ENOMEM = 12,

    /// <summary>Bad address; of a translation: a fault was recorded in the unit.</summary>
    EFAULT = 14,

    /// <summary>Already there.</summary>
    EEXIST = 17,

    /// <summary>No such device: the domain has no vIOMMU.</summary>
    ENODEV = 19,

    /// <summary>An argument is outside what the operation accepts.</summary>
    EINVAL = 22,

    /// <summary>No free slot.</summary>
    ENOSPC = 28,

    /// <summary>Unknown hypercall or subcommand.</summary>
    ENOSYS = 38,

    /// <summary>Known interface, unsupported operation.</summary>
    EOPNOTSUPP = 95,

    /// <summary>Already done.</summary>
    EALREADY = 114,

    /// <summary>The handle or epoch is no longer current.</summary>
    ESTALE = 116,
}

/// <summary>How an error leaves a hypercall.</summary>
public static class XenErrnoExtensions
{
    /// <summary>The value the caller finds in its return register: 0, or the number negated.</summary>
    public static long ToReturnValue(this XenErrno error) => -(long)error;
}
