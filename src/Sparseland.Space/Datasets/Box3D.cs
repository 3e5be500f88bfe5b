using Sparseland.Space.Motion;

namespace Sparseland.Space.Datasets;

/// <summary>
/// A labelled box, the one form of all datasets here; readers and writers convert at the file (KITTI gives the middle of the bottom face in camera axes, nuScenes the gravity centre in the world's).
/// Which axes it is in the holder says; z is up in all of them.
/// </summary>
/// <param name="Centre">The gravity centre, in metres.</param>
/// <param name="Length">Side along the heading, in metres.</param>
/// <param name="Width">Side across, in metres.</param>
/// <param name="Height">Side upwards, in metres.</param>
/// <param name="Yaw">Heading about +z from +x, in radians.</param>
/// <param name="ClassName">What it is ("Car"), as the dataset names it.</param>
public sealed record Box3D(Vector3D Centre, double Length, double Width, double Height, double Yaw, string ClassName)
{
    /// <summary>Velocity over ground along x, in metres a second; NaN when the dataset does not say.</summary>
    public double VelocityX { get; init; } = double.NaN;

    /// <summary>Velocity over ground along y, in metres a second; NaN when the dataset does not say.</summary>
    public double VelocityY { get; init; } = double.NaN;

    /// <summary>Which object it is over time; -1 when the dataset does not say.</summary>
    public int Instance { get; init; } = -1;

    /// <summary>Its attribute ("vehicle.moving"), or none.</summary>
    public string? Attribute { get; init; }

    /// <summary>How many LiDAR points lie in it, -1 when not counted.</summary>
    public int PointCount { get; init; } = -1;

    /// <summary>The box's axes as a pose: takes points from its centre and heading to the holder's axes.</summary>
    public RigidPose Pose => new(Rotation3D.AboutZ(Yaw), Centre);

    /// <summary>Whether a point lies in the box or on its faces.</summary>
    /// <param name="point">In the holder's axes.</param>
    /// <param name="margin">How far outside still counts, in metres.</param>
    public bool Contains(Vector3D point, double margin = 0)
    {
        var offset = point - Centre;
        var (sine, cosine) = Math.SinCos(Yaw);
        var along = cosine * offset.X + sine * offset.Y;
        var across = cosine * offset.Y - sine * offset.X;
        return Math.Abs(along) <= 0.5 * Length + margin && Math.Abs(across) <= 0.5 * Width + margin && Math.Abs(offset.Z) <= 0.5 * Height + margin;
    }

    /// <summary>The eight corners: the bottom face counter-clockwise from the front left, then the top face.</summary>
    public Vector3D[] Corners()
    {
        var pose = Pose;
        var corners = new Vector3D[8];
        for (var i = 0; i < 8; i++)
        {
            var front = i % 4 is 0 or 3 ? 0.5 : -0.5;
            var left = i % 4 is 0 or 1 ? 0.5 : -0.5;
            corners[i] = pose.Apply(new(front * Length, left * Width, (i < 4 ? -0.5 : 0.5) * Height));
        }
        return corners;
    }

    /// <summary>The same box in other axes, of which z must be up too; the velocity turns with it.</summary>
    /// <param name="pose">Takes points from the axes it is in to the new ones.</param>
    public Box3D In(RigidPose pose)
    {
        var heading = pose.Rotation.Apply(new(Math.Cos(Yaw), Math.Sin(Yaw), 0));
        var velocity = pose.Rotation.Apply(new(VelocityX, VelocityY, 0));
        return this with
        {
            Centre = pose.Apply(Centre),
            Yaw = Math.Atan2(heading.Y, heading.X),
            VelocityX = velocity.X,
            VelocityY = velocity.Y,
        };
    }
}
