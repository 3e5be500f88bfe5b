using System.Numerics;
using CsCheck;
using Sparseland.Errors;
using Sparseland.Space.Cameras;

namespace Sparseland.Space.Tests.Cameras;

public class PinholeCameraTests
{
    [Fact]
    public void A_point_on_the_ray_through_a_pixel_falls_on_that_pixel()
    {
        Gen.Select(Gen.Float[-3, 3], Gen.Float[-3, 3], Gen.Float[1, 3], Gen.Float[0, 63], Gen.Float[0, 47], Gen.Float[0.1f, 50]).Sample(
            (x, y, z, column, row, distance) =>
            {
                var camera = PinholeCamera.LookAt(64, 48, 1.2f, new(x, y, z), new(0.1f, 0.2f, 0), Vector3.UnitZ);
                var ray = camera.RayThrough(column, row);
                var seen = camera.Project(ray.At(distance));
                return Math.Abs(seen.X - column) < 2e-2f && Math.Abs(seen.Y - row) < 2e-2f && seen.Z > 0;
            },
            seed: "0000KRW6kI4d",
            iter: 1000);
    }

    [Fact]
    public void What_is_higher_has_a_lower_row_and_what_is_right_a_higher_column()
    {
        var camera = PinholeCamera.LookAt(64, 48, 1, new(0, -5, 0), Vector3.Zero, Vector3.UnitZ);
        var middle = camera.Project(Vector3.Zero);
        Assert.Equal(31.5f, middle.X, 3);
        Assert.Equal(23.5f, middle.Y, 3);
        Assert.Equal(5, middle.Z, 4);
        Assert.True(camera.Project(Vector3.UnitZ).Y < middle.Y);
        Assert.True(camera.Project(Vector3.UnitX).X > middle.X);
    }

    [Fact]
    public void A_pose_that_is_no_rotation_is_refused()
    {
        var mirrored = Matrix4x4.Identity with { M33 = -1 };
        Assert.Throws<NumericalException>(() => new PinholeCamera(4, 4, 1, 1, 0, 0, mirrored));
        Assert.Throws<InvalidSettingException>(() => new PinholeCamera(4, 4, 0, 1, 0, 0, Matrix4x4.Identity));
    }
}
