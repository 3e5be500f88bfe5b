using Sparseland.Errors;
using Sparseland.Space.Motion;
using Sparseland.Space.Worlds.Drives;

namespace Sparseland.Space.Tests.Worlds.Drives;

public class SensorRigTests
{
    private const string Good = """{"name": "mine", "lidar": {"sensor": "vlp16", "place": [0, 0, 2], "pitch": 10}, "cameras": [{"name": "left", "width": 64, "height": 32, "focal": 40, "place": [1, 0.5, 1.5], "heading": 90}]}""";

    [Fact]
    public void A_rig_of_ones_own_looks_where_its_file_says()
    {
        using var scratch = new Scratch();
        var rig = SensorRig.Of(scratch.Text("rig.json", Good));
        Assert.Equal(("mine", "vlp16", 64), (rig.Name, rig.Lidar, rig.Cameras[0].Pinhole.Width));
        // The camera's axis points to the left, its right backwards is ahead; a pitch looks down.
        Assert.True((rig.Cameras[0].Mount.Rotation.Apply(new(0, 0, 1)) - new Vector3D(0, 1, 0)).Length < 1e-12);
        Assert.True((rig.Cameras[0].Mount.Rotation.Apply(new(1, 0, 0)) - new Vector3D(1, 0, 0)).Length < 1e-12);
        Assert.True(rig.LidarMount.Rotation.Apply(new(1, 0, 0)).Z < -0.17);
    }

    [Fact]
    public void The_known_rigs_look_where_their_names_say()
    {
        foreach (var camera in SensorRig.Of("nuscenes").Cameras)
        {
            var axis = camera.Mount.Rotation.Apply(new(0, 0, 1));
            Assert.Equal(camera.Name.Contains("FRONT", StringComparison.Ordinal), axis.X > 0);
            Assert.Equal(camera.Name.Contains("LEFT", StringComparison.Ordinal), axis.Y > 0.1);
            Assert.Equal(camera.Name.Contains("RIGHT", StringComparison.Ordinal), axis.Y < -0.1);
        }
    }

    [Theory]
    [InlineData("vlp16", "vlp17", "lidar.sensor")]
    [InlineData("\"left\"", "\"../left\"", "cameras[0].name")]
    [InlineData("\"focal\"", "\"focl\"", "did you mean 'focal'")]
    [InlineData("[0, 0, 2]", "[0, 0]", "lidar.place")]
    [InlineData("\"width\": 64", "\"width\": 0", "cameras[0].width")]
    [InlineData("}]}", "}]", "not valid JSON")]
    public void A_file_that_is_no_rig_is_answered_with_the_place(string part, string instead, string answer)
    {
        using var scratch = new Scratch();
        var path = scratch.Text("rig.json", Good.Replace(part, instead, StringComparison.Ordinal));
        Assert.Contains(answer, Assert.Throws<InvalidFileException>(() => SensorRig.Of(path)).Message, StringComparison.Ordinal);
    }
}
