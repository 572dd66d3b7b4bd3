"""Number plates in pictures: from pixels to plates with text, corners and calibrated confidence. Free of Django.

`engine` the interface, `registry` which engines there are; `fused` the house's own, made of `locate`, `rectify`,
`recognise`, `beam`, `fuse`, `colour`, `priors`, `confidence`, tuned in `profiles`; `vote` several frames of one car;
`weights` and `networks` the model files; `engines` other people's.
"""
