using System.Numerics;

namespace Sparseland.Autograd.Kernels;

/// <summary>The check that elementwise operations share.</summary>
internal static class SameShape
{
    /// <summary>Throws unless both variables have the same shape.</summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static void Check<T>(Variable<T> first, Variable<T> second) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (first.Shape != second.Shape)
            throw new ArgumentException($"an elementwise operation on the shapes {first.Shape} and {second.Shape}", nameof(second));
    }
}
