using System.Runtime.InteropServices;
using Sparseland.Errors;
using Sparseland.Files;

namespace Sparseland.Space.Datasets;

/// <summary>Clouds that are nothing but float32 records, little-endian: what KITTI (four columns) and nuScenes (five) call a point file.</summary>
internal static class PointRecords
{
    private const long LargestFile = 1L << 31;

    /// <summary>Reads every record.</summary>
    /// <param name="path">The file.</param>
    /// <param name="columns">Columns of a record.</param>
    public static float[] Read(string path, int columns)
    {
        var file = MappedFile.Open(path);
        var record = 4 * columns;
        if (file.Length % record != 0)
            throw new InvalidFileException(path, $"byte {file.Length - file.Length % record}", $"it has {file.Length} bytes, and points of {columns} floats make a multiple of {record}", "it is cut off or of another format: fetch it again");
        if (file.Length > LargestFile)
            throw new InvalidFileException(path, "", $"it has {file.Length} bytes and a scan has at most {LargestFile}", "is it the right file?");
        var values = MemoryMarshal.Cast<byte, float>(file.Slice(0, (int)file.Length)).ToArray();
        GC.KeepAlive(file);
        for (var i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]))
                throw new InvalidFileException(path, $"byte {4L * i}", $"column {i % columns + 1} of point {i / columns} is {values[i]} and must be finite", "fetch the file again, or is it of another format?");
        }
        return values;
    }

    /// <summary>Writes records.</summary>
    public static void Write(string path, float[] values) => AtomicFile.Write(path, stream => stream.Write(MemoryMarshal.AsBytes(values.AsSpan())));
}
