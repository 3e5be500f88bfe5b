using Sparseland.Space.Motion;

namespace Sparseland.Space.Datasets;

/// <summary>What the sensors saw at one time, whatever dataset it comes from.</summary>
/// <param name="Id">The frame's name in its dataset.</param>
/// <param name="Points">The LiDAR scan in the LiDAR's axes.</param>
/// <param name="Images">The cameras' images.</param>
/// <param name="Boxes">The labelled boxes in the LiDAR's axes; regions that are not to be judged are left out.</param>
/// <param name="Pose">Takes LiDAR points to the world, or null when the dataset does not say.</param>
public sealed record Frame(string Id, PointCloud Points, IReadOnlyList<FrameImage> Images, IReadOnlyList<Box3D> Boxes, RigidPose? Pose);

/// <summary>One camera's image of a frame.</summary>
/// <param name="Camera">The camera's name.</param>
/// <param name="Path">The image file.</param>
/// <param name="Projection">Takes LiDAR points to (u d, v d, d): column, row and depth d in metres.</param>
public sealed record FrameImage(string Camera, string Path, Matrix34 Projection)
{
    /// <summary>Where a LiDAR point falls: column, row, depth; a depth not above 0 lies behind the camera.</summary>
    public (double Column, double Row, double Depth) Project(Vector3D point)
    {
        var image = Projection.Apply(point);
        return (image.X / image.Z, image.Y / image.Z, image.Z);
    }
}
