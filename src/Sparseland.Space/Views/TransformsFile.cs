using System.Numerics;

namespace Sparseland.Space.Views;

/// <summary>
/// The conventions of transforms.json as Blender's NeRF sets and instant-ngp have them: camera-to-world matrices of column vectors over OpenGL's axes (x right, y up, z backward), and image coordinates that count from the corner of the
/// first pixel, so that its centre lies at one half. Ours are OpenCV's axes, row vectors and a first pixel at zero; both ways are here and nowhere else.
/// </summary>
internal static class TransformsFile
{
    public const string Train = "transforms_train.json", Validation = "transforms_val.json", Test = "transforms_test.json";
    public const string Convention = "camera-to-world, OpenGL axes (x right, y up, z backward), metres; cx and cy from the corner of the image; depth along the ray through the pixel's centre, infinity where nothing is";

    /// <summary>A file's matrix, row by row, as a pose.</summary>
    public static Matrix4x4 PoseOf(ReadOnlySpan<float> m) => new(
        m[0], m[4], m[8], 0,
        -m[1], -m[5], -m[9], 0,
        -m[2], -m[6], -m[10], 0,
        m[3], m[7], m[11], 1);

    /// <summary>A pose as a file's matrix, row by row.</summary>
    public static float[] MatrixOf(Matrix4x4 pose) =>
    [
        pose.M11, -pose.M21, -pose.M31, pose.M41,
        pose.M12, -pose.M22, -pose.M32, pose.M42,
        pose.M13, -pose.M23, -pose.M33, pose.M43,
        0, 0, 0, 1,
    ];

    /// <summary>A split's file.</summary>
    public static string NameOf(ViewSplit split) => split switch { ViewSplit.Train => Train, ViewSplit.Validation => Validation, _ => Test };

    /// <summary>A split's folder of pictures.</summary>
    public static string FolderOf(ViewSplit split) => split switch { ViewSplit.Train => "train", ViewSplit.Validation => "val", _ => "test" };
}
