using Sparseland.Tensors;

namespace Sparseland.Files;

/// <summary>The element types of .npy files that are known.</summary>
public enum NumpyType
{
    /// <summary>"f4": single precision.</summary>
    Float32,

    /// <summary>"f8": double precision.</summary>
    Float64,

    /// <summary>"i1".</summary>
    Int8,

    /// <summary>"u1".</summary>
    UInt8,

    /// <summary>"i2".</summary>
    Int16,

    /// <summary>"u2".</summary>
    UInt16,

    /// <summary>"i4".</summary>
    Int32,

    /// <summary>"u4".</summary>
    UInt32,

    /// <summary>"i8".</summary>
    Int64,

    /// <summary>"u8".</summary>
    UInt64,

    /// <summary>"b1": a byte, 0 or 1.</summary>
    Bool,
}

/// <summary>An array of NumPy's .npy format: a type, extents, and the elements in row-major (C) order, little-endian.</summary>
/// <param name="Type">The element type.</param>
/// <param name="Extents">The extents, outermost first; none for a scalar.</param>
/// <param name="Bytes">The elements, mapped or in memory.</param>
public sealed record NumpyArray(NumpyType Type, IReadOnlyList<long> Extents, TensorStorage<byte> Bytes)
{
    /// <summary>How many elements there are.</summary>
    public long Count => Bytes.Length / ByteCount(Type);

    /// <summary>Bytes of one element.</summary>
    public static int ByteCount(NumpyType type) => type switch
    {
        NumpyType.Int8 or NumpyType.UInt8 or NumpyType.Bool => 1,
        NumpyType.Int16 or NumpyType.UInt16 => 2,
        NumpyType.Float32 or NumpyType.Int32 or NumpyType.UInt32 => 4,
        _ => 8,
    };

    /// <summary>The array as a tensor of float32, converted when it is of another type.</summary>
    /// <exception cref="Errors.UnsupportedException">More than six dimensions, or an extent of 2^31 or more.</exception>
    public unsafe Tensor<float> ToTensor()
    {
        if (Extents.Count > Shape.MaxRank || Extents.Any(extent => extent > int.MaxValue))
            throw new Errors.UnsupportedException($"an array of shape [{string.Join(", ", Extents.Take(8))}]; shapes of up to {Shape.MaxRank} dimensions below 2^31 are known");
        var tensor = Tensor<float>.Uninitialized(new Shape([.. Extents.Select(extent => (int)extent)]));
        var source = Bytes.Pointer;
        var destination = tensor.Pointer;
        for (var i = 0L; i < tensor.Length; i++)
        {
            destination[i] = Type switch
            {
                NumpyType.Float32 => ((float*)source)[i],
                NumpyType.Float64 => (float)((double*)source)[i],
                NumpyType.Int8 => ((sbyte*)source)[i],
                NumpyType.Int16 => ((short*)source)[i],
                NumpyType.UInt16 => ((ushort*)source)[i],
                NumpyType.Int32 => ((int*)source)[i],
                NumpyType.UInt32 => ((uint*)source)[i],
                NumpyType.Int64 => ((long*)source)[i],
                NumpyType.UInt64 => ((ulong*)source)[i],
                _ => source[i],
            };
        }
        GC.KeepAlive(Bytes);
        return tensor;
    }
}
