using System.Numerics;
using Sparseland.Errors;
using Sparseland.Space.Rays;

namespace Sparseland.Space.Cameras;

/// <summary>
/// A camera without distortion, in the axes of OpenCV: x right, y down, z forward; the centre of the pixel in column i and row j lies at image coordinates (i, j), so that u = FocalX x / z + CentreX.
/// Readers and writers of other conventions (OpenGL's y up and z backward, pixel centres at one half) convert at the file.
/// </summary>
public sealed class PinholeCamera
{
    /// <summary>A camera.</summary>
    /// <param name="width">Columns of its image, at least 1.</param>
    /// <param name="height">Rows of its image, at least 1.</param>
    /// <param name="focalX">Focal length in columns, above 0.</param>
    /// <param name="focalY">Focal length in rows, above 0.</param>
    /// <param name="centreX">Column of the optical axis.</param>
    /// <param name="centreY">Row of the optical axis.</param>
    /// <param name="pose">Takes points from the camera's axes to the world's, as row vectors: a rotation with the camera's place in the last row.</param>
    /// <exception cref="InvalidSettingException">A size or focal length is out of range.</exception>
    /// <exception cref="NumericalException">The pose is not a rotation with a place.</exception>
    public PinholeCamera(int width, int height, float focalX, float focalY, float centreX, float centreY, Matrix4x4 pose)
    {
        if (width < 1 || height < 1)
            throw new InvalidSettingException($"a camera of {width} x {height} pixels; it needs at least one column and one row");
        if (!(focalX > 0 && focalY > 0 && float.IsFinite(focalX) && float.IsFinite(focalY) && float.IsFinite(centreX) && float.IsFinite(centreY)))
            throw new InvalidSettingException($"a camera of focal length {focalX}, {focalY} and axis {centreX}, {centreY}; the lengths must be above 0 and all of them finite");
        RequireRigid(pose);
        (Width, Height, FocalX, FocalY, CentreX, CentreY, Pose) = (width, height, focalX, focalY, centreX, centreY, pose);
    }

    /// <summary>Columns of the image.</summary>
    public int Width { get; }

    /// <summary>Rows of the image.</summary>
    public int Height { get; }

    /// <summary>Focal length in columns.</summary>
    public float FocalX { get; }

    /// <summary>Focal length in rows.</summary>
    public float FocalY { get; }

    /// <summary>Column of the optical axis.</summary>
    public float CentreX { get; }

    /// <summary>Row of the optical axis.</summary>
    public float CentreY { get; }

    /// <summary>Takes points from the camera's axes to the world's, as row vectors.</summary>
    public Matrix4x4 Pose { get; }

    /// <summary>Where the camera is, in metres.</summary>
    public Vector3 Position => Pose.Translation;

    /// <summary>A camera at a place that looks at another, upright.</summary>
    /// <param name="width">Columns of its image.</param>
    /// <param name="height">Rows of its image.</param>
    /// <param name="fieldOfView">The angle between the left and the right border of the image, in radians, in (0, pi).</param>
    /// <param name="position">Where the camera is.</param>
    /// <param name="target">What lies on the optical axis; another place than the position.</param>
    /// <param name="up">What is up in the image; along the line of sight, another axis is taken.</param>
    public static PinholeCamera LookAt(int width, int height, float fieldOfView, Vector3 position, Vector3 target, Vector3 up)
    {
        var forward = Vector3.Normalize(target - position);
        var right = Vector3.Cross(forward, up);
        if (right.LengthSquared() < 1e-10f * up.LengthSquared())
            right = Vector3.Cross(forward, MathF.Abs(forward.X) < 0.9f ? Vector3.UnitX : Vector3.UnitY);
        right = Vector3.Normalize(right);
        var down = Vector3.Cross(forward, right);
        var focal = 0.5f * width / MathF.Tan(0.5f * fieldOfView);
        var pose = new Matrix4x4(
            right.X, right.Y, right.Z, 0,
            down.X, down.Y, down.Z, 0,
            forward.X, forward.Y, forward.Z, 0,
            position.X, position.Y, position.Z, 1);
        return new(width, height, focal, focal, 0.5f * (width - 1), 0.5f * (height - 1), pose);
    }

    /// <summary>The ray through a point of the image, its direction of length one.</summary>
    /// <param name="column">Column; a whole number is a pixel's centre.</param>
    /// <param name="row">Row; a whole number is a pixel's centre.</param>
    public Ray RayThrough(float column, float row)
    {
        var direction = new Vector3((column - CentreX) / FocalX, (row - CentreY) / FocalY, 1);
        return new(Position, Vector3.Normalize(Vector3.TransformNormal(direction, Pose)));
    }

    /// <summary>Where a point of the world falls in the image: column, row, and the depth along the optical axis in metres, which is not above 0 for what lies behind.</summary>
    public Vector3 Project(Vector3 point)
    {
        var offset = point - Position;
        var x = Vector3.Dot(offset, new Vector3(Pose.M11, Pose.M12, Pose.M13));
        var y = Vector3.Dot(offset, new Vector3(Pose.M21, Pose.M22, Pose.M23));
        var z = Vector3.Dot(offset, new Vector3(Pose.M31, Pose.M32, Pose.M33));
        return new(FocalX * x / z + CentreX, FocalY * y / z + CentreY, z);
    }

    private static void RequireRigid(Matrix4x4 pose)
    {
        var (x, y, z) = (new Vector3(pose.M11, pose.M12, pose.M13), new Vector3(pose.M21, pose.M22, pose.M23), new Vector3(pose.M31, pose.M32, pose.M33));
        var error = Math.Max(Math.Abs(Vector3.Dot(x, y)), Math.Max(Math.Abs(Vector3.Dot(x, z)), Math.Abs(Vector3.Dot(y, z))));
        error = Math.Max(error, Math.Max(Math.Abs(x.LengthSquared() - 1), Math.Max(Math.Abs(y.LengthSquared() - 1), Math.Abs(z.LengthSquared() - 1))));
        var turn = Vector3.Dot(Vector3.Cross(x, y), z);
        if (!(error < 1e-3f && turn > 0 && float.IsFinite(pose.M41 + pose.M42 + pose.M43)))
            throw new NumericalException($"a camera pose whose axes are not a rotation: largest error {error}, determinant {turn}; its rows must be right-handed, of length one and at right angles");
    }
}
