using Sparseland.Errors;
using Sparseland.Files;
using Sparseland.Space.Cameras;
using Sparseland.Space.Motion;
using Sparseland.Space.Sensors;
using Sparseland.Space.Views;

namespace Sparseland.Space.Worlds.Drives;

/// <summary>
/// A rig as JSON: <c>{"name": "mine", "lidar": {"sensor": "hdl32", "place": [0.9, 0, 1.8]}, "cameras": [{"name": "front", "width": 320, "height": 160, "focal": 200, "place": [0.3, 0, 1.6], "heading": 0}]}</c>.
/// A camera may have "lens": [k1, k2, p1, p2], see <see cref="LensDistortion"/>; only the layout of EuRoC can say so. Places are in metres in the vehicle's axes, headings, pitches and rolls in degrees: heading counter-clockwise from ahead, pitch downwards positive, roll to the right positive.
/// </summary>
internal static class SensorRigFile
{
    private const int MostCameras = 16;
    private const int MostPixels = 8192;
    private const float Farthest = 100;

    public static SensorRig Read(string path)
    {
        using var document = JsonFile.Read(path);
        var root = new JsonPlace(path, "", document.RootElement);
        RequireKnown(root, "name", "lidar", "cameras");
        var lidar = root.Required("lidar");
        RequireKnown(lidar, "sensor", "place", "heading", "pitch", "roll");
        var sensor = lidar.Required("sensor");
        if (!LidarPattern.Names.Contains(sensor.Text()))
            throw sensor.Fault($"there is no LiDAR {PrintableName.Of(sensor.Text())}", $"known are {string.Join(", ", LidarPattern.Names)}");
        var cameras = root.Required("cameras").Items().Select(Camera).ToList();
        if (cameras.Count is 0 or > MostCameras || cameras.Select(camera => camera.Name).Distinct(StringComparer.OrdinalIgnoreCase).Count() != cameras.Count)
            throw root.Required("cameras").Fault($"{cameras.Count} cameras, or two of one name", $"give 1 to {MostCameras} with names of their own");
        return new(Name(root.Required("name")), sensor.Text(), Mount(lidar, Rotation3D.Identity), cameras);
    }

    private static StreetCamera Camera(JsonPlace place)
    {
        RequireKnown(place, "name", "width", "height", "focal", "lens", "place", "heading", "pitch", "roll");
        var (width, height) = (place.Required("width").Whole(8, MostPixels), place.Required("height").Whole(8, MostPixels));
        // Without a turn it looks ahead: its right, down and ahead in the vehicle's axes.
        var ahead = Rotation3D.FromColumns(new(0, -1, 0), new(0, 0, -1), new(1, 0, 0));
        var camera = new StreetCamera(Name(place.Required("name")), width, height, place.Required("focal").Number(1, 100_000), Mount(place, ahead)) { Lens = Lens(place.Optional("lens")) };
        camera.Lens?.RequireFor(camera.Pinhole);
        return camera;
    }

    private static LensDistortion? Lens(JsonPlace? place)
    {
        if (place is null)
            return null;
        var values = place.Items().Select(item => (double)item.Number(-10, 10)).ToArray();
        return values.Length == 4 ? new(values[0], values[1], values[2], values[3]) : throw place.Fault($"{values.Length} numbers", "give four: k1, k2, p1, p2");
    }

    private static RigidPose Mount(JsonPlace place, Rotation3D axes)
    {
        double Radians(string name) => (place.Optional(name)?.Number(-360, 360) ?? 0) * Math.PI / 180;
        var at = place.Required("place").Vector();
        if (!(at.Length() <= Farthest))
            throw place.Required("place").Fault($"{at.Length()} m from the vehicle's origin", $"give at most {Farthest} m");
        var turn = Rotation3D.AboutZ(Radians("heading")) * Rotation3D.Exp(new(0, Radians("pitch"), 0)) * Rotation3D.Exp(new(Radians("roll"), 0, 0));
        return new(turn * axes, new(at));
    }

    // Names become folders.
    private static string Name(JsonPlace place)
    {
        var name = place.Text();
        return name.Length is > 0 and <= 40 && name.All(unit => char.IsAsciiLetterOrDigit(unit) || unit is '_' or '-')
            ? name
            : throw place.Fault($"the name {PrintableName.Of(name)}", "use up to 40 letters, digits, _ and -");
    }

    private static void RequireKnown(JsonPlace place, params string[] known)
    {
        foreach (var (name, value) in place.Members())
        {
            if (!known.Contains(name))
                throw value.Fault($"there is no entry {PrintableName.Of(name)} here{Suggestion.For(name, known)}", $"known are {string.Join(", ", known)}");
        }
    }
}
