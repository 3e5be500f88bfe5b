using System.Runtime.InteropServices;
using Sparseland.Files;
using Sparseland.Space.Images;
using Sparseland.Space.Sensors;

namespace Sparseland.Space.Worlds.Drives;

/// <summary>
/// Files of what is true, beside what the sensors report: of clouds NAME.label (uint32 a point, the class below and the object's number above 16 bits, as SemanticKITTI has it)
/// and NAME.truth (float32 normal x, y, z in the world and the range, a point); of pictures depth in 1/256 m and object numbers, as grey PNG of 16 bits.
/// </summary>
internal static class TruthFiles
{
    private const float DepthUnits = 256;

    public static void WriteCloud(string path, LidarScan scan)
    {
        var labels = new uint[scan.Truth.Count];
        var values = new float[4 * scan.Truth.Count];
        for (var i = 0; i < labels.Length; i++)
        {
            var truth = scan.Truth[i];
            labels[i] = (uint)truth.ObjectId << 16 | (uint)truth.Kind;
            (values[4 * i], values[4 * i + 1], values[4 * i + 2], values[4 * i + 3]) = (truth.Normal.X, truth.Normal.Y, truth.Normal.Z, truth.Range);
        }
        AtomicFile.Write(path + ".label", stream => stream.Write(MemoryMarshal.AsBytes(labels.AsSpan())));
        AtomicFile.Write(path + ".truth", stream => stream.Write(MemoryMarshal.AsBytes(values.AsSpan())));
    }

    public static void WriteDepth(string path, CameraPicture picture) =>
        PngFile.Write(path, picture.Depth.Select(depth => (ushort)Math.Clamp(MathF.Round(DepthUnits * depth), 0, ushort.MaxValue)));

    public static void WriteObjects(string path, CameraPicture picture) => PngFile.Write(path, picture.Objects);
}
