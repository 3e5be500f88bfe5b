using Sparseland.Space.Datasets;
using Sparseland.Space.Motion;
using Sparseland.Space.Sensors;
using Sparseland.Space.Worlds.Streets;

namespace Sparseland.Space.Worlds.Drives;

/// <summary>Everything that was recorded at one time, before a layout writes it.</summary>
/// <param name="Index">Number from 0.</param>
/// <param name="Time">The scan's reference time, when pictures are taken and boxes hold, in seconds.</param>
/// <param name="Vehicle">The vehicle's pose then.</param>
/// <param name="Scan">The scan with its truth.</param>
/// <param name="Cloud">Its points as they are to be written.</param>
/// <param name="Pictures">One of each camera, in the rig's order; none between nuScenes' key frames.</param>
/// <param name="Views">How each picture sees the actors.</param>
/// <param name="Boxes">The actors' boxes in the LiDAR's axes with their number of points, in order of the actors' numbers.</param>
internal sealed record DriveFrame(
    int Index, double Time, RigidPose Vehicle, LidarScan Scan, PointCloud Cloud, IReadOnlyList<CameraPicture> Pictures, IReadOnlyList<IReadOnlyList<ActorView>> Views, IReadOnlyList<Box3D> Boxes);

/// <summary>What stays the same over a recording.</summary>
/// <param name="Options">What was asked for.</param>
/// <param name="Rig">The sensors.</param>
/// <param name="World">The world.</param>
/// <param name="Folder">Where to write.</param>
internal sealed record Drive(DriveOptions Options, SensorRig Rig, StreetWorld World, string Folder);

/// <summary>A layout of files on disk.</summary>
internal interface IDriveLayout
{
    /// <summary>When the first scan begins: after the rest for pictures of traffic, at 0 for navigation.</summary>
    double FirstScan { get; }

    /// <summary>Whether a frame has pictures and boxes.</summary>
    bool HasPictures(int frame);

    /// <summary>Writes a frame's files.</summary>
    void Write(Drive drive, DriveFrame frame);

    /// <summary>Writes what belongs to the whole.</summary>
    void Finish(Drive drive);
}
