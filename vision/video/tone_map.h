#pragma once
// Brings HDR pictures into the range a model was trained on. Pure; no FFmpeg, no torch.
//
// Note [Tone map]: code values become light in units of SDR reference white (203 cd/m2, ITU-R
// BT.2408) by the PQ curve (ST 2084) or by HLG's inverse OETF and the OOTF of a 1000 cd/m2 display
// (BT.2100). BT.2020 primaries become BT.709. The largest of R, G, B is then compressed by a
// Moebius curve that leaves the lowest 30 % alone and maps 1000 cd/m2 to 1; the other two keep
// their ratio to it. The inverse of an SDR display's curve (BT.1886, gamma 2.4) gives the code
// values. It is the ffmpeg command's
// "zscale=t=linear:npl=203,zscale=p=bt709,tonemap=mobius:desat=0:peak=1000/203,zscale=t=bt709".

#include <cstddef>
#include <vector>

#include "vision/video/video_info.h"

namespace reelquery {

/// Immutable after construction.
class ToneMap {
  public:
    /// transfer: kPq or kHlg. isWideGamut: primaries are BT.2020.
    ToneMap(Transfer transfer, bool isWideGamut);

    /// Maps `count` pixels in place; r, g, b are code values in [0, 1] before and after.
    void apply(float* r, float* g, float* b, std::size_t count) const;

  private:
    float toLight(float code) const;
    float toCode(float light) const;

    const Transfer transfer_;
    const bool isWideGamut_;
    std::vector<float> light_;  ///< linear light of evenly spaced code values 0..1
    std::vector<float> code_;   ///< code values of evenly spaced square roots of light 0..1
};

/// Linear light of a code value in [0, 1], in units of reference white. For HLG the scene light
/// before the OOTF, in [0, 1].
double hdrToLinear(Transfer transfer, double code);

/// The compression curve: identity up to 0.3, then rising to 1 at 1000/203.
double compressHighlights(double light);

}  // namespace reelquery
